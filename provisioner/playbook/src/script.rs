//! Steps -> the script of a stage for one host.

use crate::digest::short_digest;
use crate::shell::{QuoteError, quote};
use crate::{Action, Step};

/// Whether the host is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptMode {
    Check,
    Apply,
}

/// The script, to be sourced by a root shell that has the prelude. Steps report by their index.
///
/// # Errors
/// A value that no shell can hold.
pub fn compile(steps: &[Step], mode: ScriptMode) -> Result<String, QuoteError> {
    let mode = match mode {
        ScriptMode::Check => "check",
        ScriptMode::Apply => "apply",
    };
    let mut script = format!("p_stage() {{\nbegin_stage {mode}\n");
    script.push_str(&look(steps)?);
    for (index, step) in steps.iter().enumerate() {
        // A step that failed has said so, and that the stage has ended.
        script.push_str(&call(index, step)?);
        script.push_str("\n[ -z \"$p_over\" ] || return 0\n");
    }
    script.push_str("end_stage\n}\np_stage\n");
    Ok(script)
}

/// The prelude's `look` at the files of all steps, where there are several.
fn look(steps: &[Step]) -> Result<String, QuoteError> {
    let files = steps.iter().enumerate().filter_map(|(index, step)| {
        let path = match &step.action {
            Action::File { dest, .. } | Action::Download { dest, .. } => dest.clone(),
            Action::Directory { path, .. } => path.clone(),
            Action::Unit { name, .. } => format!("/etc/systemd/system/{name}"),
            _ => return None,
        };
        Some((index.to_string(), path))
    });
    let (indices, paths): (Vec<_>, Vec<_>) = files.unzip();
    if paths.len() < 2 {
        return Ok(String::new());
    }
    let paths: Result<Vec<_>, _> = paths.iter().map(|path| quote(path)).collect();
    Ok(format!("look '{}' {}\n", indices.join(" "), paths?.join(" ")))
}

/// One step as a call of the prelude.
fn call(index: usize, step: &Step) -> Result<String, QuoteError> {
    let (kind, arguments) = arguments(&step.action);
    let flags = [(step.secret, 's'), (step.detach, 'd'), (step.transient, 't')];
    let flags = flags.into_iter().filter_map(|(is_set, flag)| is_set.then_some(flag));
    let name = if step.mark.is_some() { "handler" } else { "step" };
    let mut words = vec![
        name.to_owned(),
        index.to_string(),
        format!("-{}", flags.collect::<String>()),
        step.timeout_seconds.to_string(),
        identity(kind, &arguments),
    ];
    if let Some(mark) = &step.mark {
        words.push(quote(mark)?);
    } else {
        words.push(quote(&step.notify.join(" "))?);
        words.push(quote(step.only_if.as_deref().unwrap_or_default())?);
    }
    words.push(kind.to_owned());
    for argument in &arguments {
        words.push(quote(argument)?);
    }
    Ok(words.join(" "))
}

/// The same for the same step in every run: by it a running job is found again.
fn identity(kind: &str, arguments: &[String]) -> String {
    let mut text = kind.to_owned();
    for argument in arguments {
        text.push('\0');
        text.push_str(argument);
    }
    short_digest(&text)
}

/// The prelude's name of the kind, and what it takes, in its order.
fn arguments(action: &Action) -> (&'static str, Vec<String>) {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match action {
        Action::File { dest, mode, owner, group, content } => {
            ("file", words(&[dest, mode, owner, group, content.expose()]))
        }
        Action::Absent { path } => ("absent", words(&[path])),
        Action::Directory { path, mode, owner, group } => {
            ("directory", words(&[path, mode, owner, group]))
        }
        Action::Link { dest, target } => ("link", words(&[dest, target])),
        Action::Line { path, line } => ("line", words(&[path, line])),
        Action::Block { path, marker, text } => ("block", words(&[path, marker, text])),
        Action::Package { names, version, hold } => {
            ("package", [words(&[yes_no(*hold), version]), names.clone()].concat())
        }
        Action::NoPackage { names } => ("no_package", names.clone()),
        Action::Repository { name, url, suite, key, exclude } => {
            ("repository", words(&[name, url, suite, key, &exclude.join(" ")]))
        }
        Action::Service { name, enabled, state } => {
            ("service", words(&[name, enabled.map_or("-", yes_no), state]))
        }
        Action::Unit { name, content } => ("unit", words(&[name, content.expose()])),
        Action::Sysctl { file, settings } => {
            let settings = settings.iter().map(|(key, value)| format!("{key}={value}"));
            ("sysctl", std::iter::once(file.clone()).chain(settings).collect())
        }
        Action::Module { file, names } => ("module", [words(&[file]), names.clone()].concat()),
        Action::Mount { path, source, filesystem, options } => {
            ("mount", words(&[path, source, filesystem, options]))
        }
        Action::NoMount { path } => ("no_mount", words(&[path])),
        Action::User { name, system, home, shell } => {
            ("user", words(&[name, yes_no(*system), home, shell]))
        }
        Action::Download { url, dest, sha256, size, mode } => (
            "download",
            words(&[url.as_deref().unwrap_or_default(), dest, sha256, &size.to_string(), mode]),
        ),
        Action::Image { reference, blob } => {
            let (sha256, size) = blob.as_ref().map_or((String::new(), String::new()), |blob| {
                (blob.sha256.clone(), blob.size.to_string())
            });
            ("image", words(&[reference, &sha256, &size]))
        }
        Action::Command { run, creates, unless, stdin, undo } => {
            let undo = undo.as_ref().map_or(["", "", ""], |undo| {
                [undo.key.as_str(), undo.before.as_str(), undo.run.as_str()]
            });
            let all = [&[run.as_str(), creates, unless, stdin.expose()][..], &undo].concat();
            ("command", words(&all))
        }
        Action::Query { run, register } => ("query", words(&[register, run])),
        Action::Wait { until, reason } => ("wait", words(&[until, reason])),
        Action::Restore { group } => ("restore", words(&[group.name()])),
    }
}

fn yes_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

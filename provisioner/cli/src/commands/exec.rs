use std::collections::BTreeMap;

use provisioner_hosts::{ExecLine, ExecResult, Stream};
use provisioner_playbook::shell::quote;
use serde::Serialize;

use crate::arguments::ExecArguments;
use crate::eks;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::{Program, block_on};
use crate::render::printable;
use crate::site;
use crate::terminal::Terminal;

/// What became of the command on a host, as programs read it.
#[derive(Debug, Serialize)]
struct HostResult<'a> {
    host: &'a str,
    code: Option<u32>,
    stdout: String,
    stderr: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

pub(crate) fn run(program: &Program, arguments: &ExecArguments) -> Result<Exit, Error> {
    let ExecArguments { spec, connect, on, command } = arguments;
    let terminal = &program.terminal;
    let command = shell_text(command)?;
    eks::refuse(program, &arguments.spec.file, "exec")?;
    let site = site::open(program, &spec.file, connect, None)?;
    let width = site.cluster.all_hosts().map(|host| host.name.len()).max().unwrap_or(0);
    let mut output = Vec::new();
    let results = block_on(async {
        let show = |line| {
            if terminal.is_json() { output.push(line) } else { show(terminal, &line, width) }
        };
        Ok(provisioner_hosts::exec(site, on.as_deref(), &command, show).await?)
    })?;
    if terminal.is_json() {
        print_results(terminal, &results, output)?;
    } else {
        tell_failures(terminal, &results);
    }
    let well = results.iter().all(|result| matches!(result.code, Ok(0)));
    Ok(if well { Exit::Done } else { Exit::Failed })
}

/// One word is shell text; several are a command with its arguments.
fn shell_text(words: &[String]) -> Result<String, Error> {
    if let [text] = words {
        return Ok(text.clone());
    }
    let words = words.iter().map(|word| quote(word)).collect::<Result<Vec<_>, _>>();
    Ok(words.map_err(Error::Command)?.join(" "))
}

/// A line goes where the command wrote it.
fn show(terminal: &Terminal, line: &ExecLine, width: usize) {
    let text = format!("{:<width$} | {}\n", line.host, printable(&line.line));
    match line.stream {
        // The command on the hosts goes on whether or not its output is read here.
        Stream::Stdout => drop(terminal.data(text)),
        Stream::Stderr => terminal.message(text.trim_end_matches('\n')),
    }
}

fn tell_failures(terminal: &Terminal, results: &[ExecResult]) {
    let (bad, hint) = (terminal.palette.bad, terminal.palette.hint);
    for ExecResult { host, code } in results {
        match code {
            Ok(0) => {}
            Ok(code) => terminal.message(format_args!("{bad}{host}{bad:#}: exit code {code}")),
            Err(error) => {
                terminal.message(format_args!("{bad}{host}{bad:#}: {error}"));
                if let Some(text) = error.hint() {
                    terminal.message(format_args!("  {hint}hint{hint:#}: {text}"));
                }
            }
        }
    }
}

fn print_results(
    terminal: &Terminal,
    results: &[ExecResult],
    lines: Vec<ExecLine>,
) -> Result<(), Error> {
    let mut outputs: BTreeMap<String, (String, String)> = BTreeMap::new();
    for ExecLine { host, stream, line } in lines {
        let (stdout, stderr) = outputs.entry(host).or_default();
        let output = if stream == Stream::Stdout { stdout } else { stderr };
        output.push_str(&line);
        output.push('\n');
    }
    results.iter().try_for_each(|ExecResult { host, code }| {
        let (stdout, stderr) = outputs.remove(host).unwrap_or_default();
        let error = code.as_ref().err();
        terminal.json_line(&HostResult {
            host,
            code: code.as_ref().ok().copied(),
            stdout,
            stderr,
            error: error.map(ToString::to_string),
            hint: error.and_then(provisioner_hosts::HostsError::hint),
        })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::shell_text;

    fn text(words: &[&str]) -> String {
        let words: Vec<_> = words.iter().map(ToString::to_string).collect();
        shell_text(&words).unwrap()
    }

    #[test]
    fn one_word_is_shell_text_and_several_stay_words() {
        assert_eq!(text(&["ls | wc -l"]), "ls | wc -l");
        assert_eq!(text(&["echo", "a b", "$HOME"]), "echo 'a b' '$HOME'");
        assert!(shell_text(&["echo".into(), "a\0b".into()]).is_err());
    }
}

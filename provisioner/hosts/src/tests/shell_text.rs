//! Shell text that hosts are given, looked at by shells and by shellcheck.

use std::collections::BTreeMap;
use std::process::Command;

use provisioner_playbook::{Action, Step};

/// What shellcheck is not asked about: SC2016, expressions in single quotes are for another program
/// (bash -c, jsonpath, awk); SC2046 and SC2086, words are split on purpose where no quotes are;
/// SC2034, SC2154 and SC2317, what another part of the text would use; SC2015, `a && b || c` is how
/// conditions with two exits read best; SC2012 and SC2035, names of a bundle's files are plain; SC2026,
/// values come with quotes of their own; SC2164, all of it runs under `set -e`.
const EXCLUDED: &str =
    "SC2012,SC2015,SC2016,SC2026,SC2034,SC2035,SC2046,SC2086,SC2154,SC2164,SC2317";

/// All shell text of a step, by the shell that runs it.
pub(super) fn texts(step: &Step) -> Vec<(&'static str, String)> {
    let mut texts: Vec<&str> = step.only_if.as_deref().into_iter().collect();
    match &step.action {
        Action::Command { run, unless, undo, .. } => {
            texts.extend([run.as_str(), unless]);
            texts.extend(undo.iter().flat_map(|undo| [undo.before.as_str(), &undo.run]));
        }
        Action::Wait { until, reason } => texts.extend([until.as_str(), reason]),
        Action::Query { run, .. } => texts.push(run),
        Action::File { content, .. } if content.expose().starts_with("#!/bin/bash") => {
            return vec![("bash", content.expose().to_owned())];
        }
        Action::File { content, .. } if content.expose().starts_with("#!") => {
            assert!(content.expose().starts_with("#!/bin/sh\n"), "{}", step.name);
            texts.push(content.expose());
        }
        _ => {}
    }
    texts.into_iter().filter(|text| !text.is_empty()).map(|text| ("sh", text.to_owned())).collect()
}

/// Fails with everything that a shell or shellcheck has against any of the texts, which are given
/// with where they come from.
pub(super) fn assert_sound(texts: &BTreeMap<(&'static str, String), String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut complaints = String::new();
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (index, ((shell, text), origin)) in texts.iter().enumerate() {
        let path = folder.path().join(index.to_string());
        fs_err::write(&path, text).unwrap();
        let shells: &[&str] = if *shell == "sh" { &["dash", "bash"] } else { &["bash"] };
        for program in shells {
            let checked = Command::new(program).arg("-n").arg(&path).output().unwrap();
            if !checked.status.success() {
                let said = String::from_utf8_lossy(&checked.stderr);
                complaints.push_str(&format!("{origin}: {program}: {said}{text}\n"));
            }
        }
        files.entry(shell).or_default().push(path.to_str().unwrap().to_owned());
    }
    for (shell, files) in files {
        let checked = Command::new("shellcheck")
            .args(["-s", shell, "-f", "gcc", "-e", EXCLUDED])
            .args(&files)
            .output();
        // Not everybody has it.
        let Ok(checked) = checked else { continue };
        for line in String::from_utf8_lossy(&checked.stdout).lines() {
            let path = line.split(':').next().unwrap_or_default();
            let text = fs_err::read_to_string(path).unwrap_or_default();
            let origin = texts.get(&(shell, text));
            complaints.push_str(&format!("{}: {line}\n", origin.map_or("", String::as_str)));
        }
    }
    assert!(complaints.is_empty(), "{complaints}");
}

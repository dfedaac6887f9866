//! The demo tells the whole story, and ends with the first thing that is not as it should be.

use std::process::{Command, Output};

use camino::Utf8Path;
use tempfile::TempDir;

use crate::{program, venv};

fn demo(program: &Utf8Path, python: &Utf8Path) -> Output {
    let folder = Utf8Path::new(venv::FOLDER);
    Command::new(folder.join("demo"))
        .arg(program)
        .current_dir(folder.join("../.."))
        .env("PYTHON", python)
        .env("SPEED", "600")
        .output()
        .expect("the demo")
}

#[test]
fn it_tells_the_life_of_a_cluster() {
    let told = demo(&program::path(), &venv::python());
    let (text, errors) =
        (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert!(told.status.success(), "{text}\n{errors}");
    for said in ["1 NAT gateway", "Nothing to change", "1.36", "$ provisioner down"] {
        assert!(text.contains(said), "{said}: {text}\n{errors}");
    }
}

/// With a program that does nothing but fail at its Nth call, and nobody that it could reach.
#[test]
fn it_ends_where_a_command_fails() {
    let folder = TempDir::with_prefix("demo-").expect("a folder");
    let folder = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
    let script = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}")).expect("a script");
        let made = Command::new("chmod").arg("+x").arg(&path).status().expect("chmod");
        assert!(made.success());
        path
    };
    let python = script(
        "python",
        "for file; do :; done\necho 1 >\"$file.new\" && mv \"$file.new\" \"$file\"\nexec sleep 60\n",
    );
    // What is asked for with an exit code, it gives.
    let text = format!(
        "echo \"$*\" >>{folder}/calls\n\
         [ \"$(wc -l <{folder}/calls)\" -ne \"$(cat {folder}/fails)\" ] || exit 9\n\
         [ \"$(wc -l <{folder}/calls)\" = 6 ] && exit 0\n\
         case $* in *--detailed-exitcode*) exit 6 ;; esac\n"
    );
    let program = script("program", &text);
    let calls = |fails: usize| {
        std::fs::write(folder.join("fails"), fails.to_string()).expect("a file");
        let _ = std::fs::remove_file(folder.join("calls"));
        let told = demo(&program, &python);
        let made = std::fs::read_to_string(folder.join("calls")).expect("calls");
        (told.status.code(), made.lines().count())
    };
    let (code, all) = calls(0);
    assert_eq!((code, all), (Some(0), 10));
    for fails in 1..=all {
        assert_eq!(calls(fails), (Some(1), fails), "the call that failed was the last");
    }
}

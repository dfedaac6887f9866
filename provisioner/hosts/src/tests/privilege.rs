//! The command that starts a root shell, through every kind of login shell.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use provisioner_playbook::shell::{GREETING, RUN_DIR};

use crate::privilege::Privilege;

/// Login shells that this machine has; dash and bash are on every Debian.
fn login_shells() -> Vec<&'static str> {
    let all = [
        "/bin/dash",
        "/bin/bash",
        "/bin/csh",
        "/bin/tcsh",
        "/usr/bin/fish",
        "/bin/zsh",
        "/bin/ksh",
    ];
    let there: Vec<&str> = all.into_iter().filter(|path| Path::new(path).exists()).collect();
    assert!(there.len() >= 2, "{there:?}");
    there
}

#[test]
fn any_login_shell_starts_the_root_shell() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().to_str().unwrap();
    for shell in login_shells() {
        let command = Privilege::Root.command().unwrap().replace(RUN_DIR, run);
        // As sshd does it.
        let mut child = Command::new(shell)
            .args(["-c", &command])
            .env("HOME", run)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), GREETING, "{shell}");
        let mut stdin = child.stdin.take().unwrap();
        let script = "value=\"it's\"; printf '%s %s\\n' \"$value\" \"$p_connection\"\n";
        // A line that is no script, such as a password that nobody asked for, is passed over.
        write!(stdin, "secret\nscript {}\n{script}", script.len()).unwrap();
        let answer = lines.next().unwrap().unwrap();
        assert_eq!(answer, format!("it's {}", std::process::id()), "{shell}: its connection");
        drop(stdin);
        assert!(child.wait().unwrap().success(), "{shell}");
        assert_eq!(
            fs_err::read_dir(run)
                .unwrap()
                .filter(|entry| {
                    entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("script")
                })
                .count(),
            0,
            "{shell}: scripts are not left behind"
        );
    }
}

#[test]
fn the_command_is_one_line_without_what_csh_expands() {
    let password = Some("secret".to_owned().into());
    for privilege in [Privilege::Root, Privilege::Sudo(None), Privilege::Sudo(password)] {
        let command = privilege.command().unwrap();
        assert!(!command.contains(['\n', '!']), "{command}");
        assert!(!command.contains("secret"), "{command}");
    }
}

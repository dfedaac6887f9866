//! The program on control planes that asks etcd, with a kubectl that says what etcd would say.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use tempfile::TempDir;

const PROGRAM: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../playbooks/files/certificates/etcd.sh.hbs");

/// Etcd 3.4, 3.5.
const CLOSE: &str = r#"{"header":{"member_id":"8"},"members":[{"ID":"8","name":"m1","peerURLs":["https://10.0.0.11:2380"],"clientURLs":["https://10.0.0.11:2379"]},{"ID":"9","name":"m2","peerURLs":["https://10.0.0.12:2380"],"clientURLs":["https://10.0.0.12:2379"],"isLearner":true},{"ID":"10","peerURLs":["https://10.0.0.13:2380"]}]}"#;
/// What stands for a member that was added and has never started.
const MEMBERS: &str = "8 m1 https://10.0.0.11:2380 https://10.0.0.11:2379 voter\n\
    9 m2 https://10.0.0.12:2380 https://10.0.0.12:2379 learner\n\
    10 - https://10.0.0.13:2380 - voter\n";

/// Runs the program where kubectl ends with a code and an answer.
fn run(code: u8, answer: &str, arguments: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    let (kubectl, said) = (folder.path().join("kubectl"), folder.path().join("said"));
    fs_err::write(&said, answer).unwrap();
    let script = format!("#!/bin/sh\ncat '{}'\nexit {code}\n", said.display());
    fs_err::write(&kubectl, script).unwrap();
    fs_err::set_permissions(&kubectl, PermissionsExt::from_mode(0o755)).unwrap();
    let program = fs_err::read_to_string(PROGRAM).unwrap();
    let program = program.replace("{{host.loopback}}", "127.0.0.1");
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    Command::new("sh")
        .args(["-c", &program, PROGRAM])
        .args(arguments)
        .env("PATH", path)
        .output()
        .unwrap()
}

fn members(answer: &str) -> String {
    String::from_utf8(run(0, answer, &["members"]).stdout).unwrap()
}

#[test]
fn members_are_told_one_a_line_whatever_spaces_the_answer_has() {
    assert_eq!(members(CLOSE), MEMBERS);
    // From 3.6 on, and as it chooses.
    assert_eq!(members(&CLOSE.replace(',', ", ").replace("\":", "\":  ")), MEMBERS);
}

#[test]
fn who_leads_is_the_members_own_word() {
    let status =
        |leader: &str| format!(r#"{{"header":{{"member_id":"8"}}, "leader": "{leader}"}}"#);
    assert!(run(0, &status("8"), &["leads"]).status.success());
    assert!(!run(0, &status("88"), &["leads"]).status.success());
    assert!(!run(0, r#"{"header":{"member_id":"8"}}"#, &["leads"]).status.success(), "no leader");
}

#[test]
fn it_is_healthy_when_it_says_so() {
    assert!(run(0, r#"{"health":"true","reason":""}"#, &["healthy"]).status.success());
    assert!(run(0, r#"{"health": true}"#, &["healthy"]).status.success());
    let unwell = run(0, r#"{"health":"false","reason":"RAFT NO LEADER"}"#, &["healthy"]);
    assert!(!unwell.status.success());
    assert!(String::from_utf8_lossy(&unwell.stdout).contains("RAFT NO LEADER"));
}

#[test]
fn without_an_answer_nothing_is_so() {
    for command in [&["members"][..], &["healthy"], &["leads"], &["list"], &["remove", "8"]] {
        assert!(!run(1, "", command).status.success(), "{command:?}");
    }
    assert_eq!(run(0, "", &["help"]).status.code(), Some(2));
}

#[test]
fn how_values_begin_is_counted() {
    // "old:1", "old:2" and "new:" with what is no text after it.
    let values = r#"{"header":{"revision":"7"},"kvs":[{"key":"YQ==","value":"b2xkOjE="},{"key":"Yg==", "value": "b2xkOjI="},{"key":"Yw==","value":"bmV3OgAB/w=="}],"count":"3"}"#;
    let counted = |answer: &str, text: &str| {
        let run = run(0, answer, &["beginning", "/registry/secrets/", text]);
        (run.status.success(), String::from_utf8(run.stdout).unwrap())
    };
    assert_eq!(counted(values, "old:"), (true, "2 3\n".into()));
    assert_eq!(counted(values, "new:"), (true, "1 3\n".into()));
    assert_eq!(counted(values, "ew:"), (true, "0 3\n".into()));
    assert_eq!(counted(r#"{"header":{"revision":"7"}}"#, "old:"), (true, "0 0\n".into()));
    for answer in ["", "{}", r#"{"header":{},"kvs":[{"value":"b2xkOjE="}],"count":"2"}"#] {
        assert!(!counted(answer, "old:").0, "{answer}");
    }
}

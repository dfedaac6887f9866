use crate::support::Home;

const COMMANDS: [&str; 17] = [
    "init",
    "validate",
    "preflight",
    "plan",
    "up",
    "status",
    "upgrade",
    "certs",
    "etcd",
    "kubeconfig",
    "exec",
    "runs",
    "bundle",
    "lab",
    "schema",
    "completions",
    "man",
];

#[test]
fn the_short_help() {
    insta::assert_snapshot!(Home::new().run(&["-h"]).stdout);
}

#[test]
fn the_long_help() {
    insta::assert_snapshot!(Home::new().run(&["--help"]).stdout);
}

#[test]
fn the_help_of_up() {
    insta::assert_snapshot!(Home::new().run(&["up", "--help"]).stdout);
}

#[test]
fn nothing_but_the_program_is_wrong_usage_and_helps() {
    let ran = Home::new().run(&[]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("Usage: provisioner"), "{}", ran.stderr);
}

#[test]
fn every_command_has_help_and_those_that_do_something_an_example_or_a_next_step() {
    let home = Home::new();
    for command in COMMANDS {
        let ran = home.run(&["help", command]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command}");
        let teaches = ran.stdout.contains("Example") || ran.stdout.contains("Commands:");
        assert!(teaches, "{command}:\n{}", ran.stdout);
    }
}

#[test]
fn the_version() {
    let ran = Home::new().run(&["--version"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "provisioner 0.1.0\n"));
}

#[test]
fn a_command_that_is_almost_right() {
    let ran = Home::new().run(&["validat"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("'validate'"), "{}", ran.stderr);
}

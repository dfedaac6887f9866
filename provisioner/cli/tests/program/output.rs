use crate::support::Home;

fn validate_nonsense(arguments: &[&str], no_color: &str) -> String {
    let home = Home::new();
    let mut command = home.command(&["validate", "-f", "-"]);
    let output = command.args(arguments).env("NO_COLOR", no_color).write_stdin("a: 1\n").output();
    String::from_utf8(output.unwrap().stderr).unwrap()
}

#[test]
fn colors_only_where_they_are_wanted() {
    assert!(!validate_nonsense(&[], "").contains('\u{1b}'), "no terminal");
    assert!(!validate_nonsense(&["--color", "never"], "").contains('\u{1b}'));
    assert!(validate_nonsense(&["--color", "always"], "").contains('\u{1b}'));
    assert!(validate_nonsense(&["--color", "always"], "1").contains('\u{1b}'), "said last");
    assert!(!validate_nonsense(&["--color", "auto"], "1").contains('\u{1b}'));
}

#[test]
fn quiet_and_verbose_exclude_each_other() {
    assert_eq!(Home::new().run(&["runs", "list", "-q", "-v"]).code, 2);
}

#[test]
fn a_command_line_that_is_not_understood_is_told_as_json_where_that_is_asked_for() {
    let home = Home::new();
    let told = |arguments: &[&str]| {
        let ran = home.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        ran.stderr
    };
    insta::assert_snapshot!(told(&["--output", "json", "plan"]), @r#"{"kind":"error","error":"understand the command line: the following required arguments were not provided: --file <SPEC>","exit":2,"hint":"Usage: provisioner plan --file <SPEC>"}"#);
    insta::assert_snapshot!(told(&["plan", "--fiel", "spec.yaml", "--output=json"]), @r#"{"kind":"error","error":"understand the command line: unexpected argument '--fiel' found","exit":2,"hint":"a similar argument exists: '--file'"}"#);
    insta::assert_snapshot!(told(&["--output=json", "addons"]), @r#"{"kind":"error","error":"understand the command line: a command is missing","exit":2,"hint":"Usage: provisioner addons [OPTIONS] <COMMAND>"}"#);
    insta::assert_snapshot!(told(&["plan", "--parallelism", "0", "--output", "json"]), @r#"{"kind":"error","error":"understand the command line: invalid value '0' for '--parallelism <N>': number would be zero for non-zero type","exit":2}"#);
    // Words of somebody else's command ask for nothing.
    let ran = home.run(&["exec", "--", "kubectl", "--output", "json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    let help = home.run(&["--output", "json", "plan", "--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let home = Home::new();
    let program = env!("CARGO_BIN_EXE_provisioner");
    let script = format!("'{program}' schema | head -c 1; echo \"${{PIPESTATUS[0]}}\"");
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .env("HOME", home.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "{0\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_schema_is_one() {
    let schema = Home::new().run(&["schema"]).json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["spec"].is_object(), "{schema}");
}

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

use crate::support::{Home, spec};

/// TEST-NET-1 (RFC 5737): no such host answers.
const HOSTS: &str = "  hosts:
    ssh: {user: ops, password: {env: HOSTS_PASSWORD}}
    controlPlane:
      - {name: m1, address: 192.0.2.11}
";

#[test]
fn without_a_terminal_nobody_is_asked() {
    let home = Home::new();
    home.file("spec.yaml", &spec(HOSTS));
    let ran = home.run(&["up", "-f", "spec.yaml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(ran.stderr, @"
    error: failed to ask whether to go on: this is no terminal
    hint: pass --yes to go on without a question
    ");
}

#[test]
fn a_secret_that_is_not_there_is_said_before_anything_is_done() {
    let home = Home::new();
    home.file("spec.yaml", &spec(HOSTS));
    let ran = home.run(&["up", "-f", "spec.yaml", "--yes"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(ran.stderr, @"
    error: failed to read a secret from the environment: HOSTS_PASSWORD is not set
    hint: set HOSTS_PASSWORD, or run this on a terminal to be asked
    ");
    assert!(!home.path().join(".local/state").exists());
}

#[test]
fn a_bundle_that_is_none() {
    let home = Home::new();
    home.file("spec.yaml", &spec(HOSTS));
    let ran = home.run(&["up", "-f", "spec.yaml", "--yes", "--bundle", "."]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("there is no bundle.yaml"), "{}", ran.stderr);
}

#[test]
fn own_playbooks_that_are_not_there() {
    let home = Home::new();
    home.file("spec.yaml", &spec(HOSTS));
    let ran = home.run(&["plan", "-f", "spec.yaml", "--assets", "nowhere"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("nowhere cannot be read"), "{}", ran.stderr);
}

#[test]
fn exec_needs_a_command_and_a_host_that_is_there() {
    let home = Home::new();
    home.file("spec.yaml", &spec(HOSTS).replace(", password: {env: HOSTS_PASSWORD}", ""));
    assert_eq!(home.run(&["exec", "-f", "spec.yaml"]).code, 2);
    let ran = home.run(&["exec", "-f", "spec.yaml", "--on", "m9", "--", "true"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no host or role \"m9\""), "{}", ran.stderr);
}

#[test]
fn the_users_configuration_counts_with_what_it_includes() {
    let home = Home::new();
    home.file("spec.yaml", &spec(HOSTS).replace("user: ops, password: {env: HOSTS_PASSWORD}", ""));
    home.file(".ssh/config", "Include hosts.d/*\n");
    home.file(".ssh/hosts.d/lab", "Host m1\n  User \"o'hara\"\n  ProxyCommand nc %h %p\n");
    let arguments = ["exec", "-f", "spec.yaml", "--on", "m1", "--", "true"];
    let ran = home.run(&arguments);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("by its ProxyCommand: \"o'hara\""), "{}", ran.stderr);

    home.file(".ssh/config", "Include config\n");
    let ran = home.run(&arguments);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("understand ~/.ssh/config: "), "{}", ran.stderr);
}

/// script(1) gives the program a terminal.
#[test]
fn on_a_terminal_a_missing_secret_is_asked_for() {
    let home = Home::new();
    let spec = home.file("spec.yaml", &spec(HOSTS));
    let program = env!("CARGO_BIN_EXE_provisioner");
    let command = format!("{program} exec -f {spec} --on m9 -- true");
    let arguments = ["-qec", command.as_str(), "/dev/null"];
    let Some(ran) = crate::support::tool("script", &arguments, "swordfish\n") else {
        return;
    };
    assert!(ran.stdout.contains("HOSTS_PASSWORD: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("no host or role"), "{}", ran.stdout);
    assert_eq!(ran.code, 2);
}

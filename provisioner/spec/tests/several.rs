//! Several mistakes at once, as people and as programs read them.

use provisioner_spec::parse;

const SPEC: &str = "\
apiVersion: provisioner.dev/v1alpha1
kind: Cluster
metadata: {name: Prod}
spec:
  kubernetes: {version: 1.18.0}
  network: {plugin: brigde, podCidr: 10.0.0.0}
  hosts:
    ssh: {pasword: hunter2}
    apiEndpoint: {vip: 192.168.1.11}
    controlPlane:
      - {name: m1, address: 192.168.1.11}
      - {name: m1, address: 10.99.0.1}
";

#[test]
fn all_of_them_in_the_order_of_the_text() {
    let diagnostics = parse(SPEC, "cluster.yaml").expect_err("it has mistakes");
    insta::assert_snapshot!(diagnostics.render(false));
}

#[test]
fn as_json() {
    let diagnostics = parse(SPEC, "cluster.yaml").expect_err("it has mistakes");
    insta::assert_json_snapshot!(diagnostics);
}

#[test]
fn no_secret_is_shown() {
    let diagnostics = parse(SPEC, "cluster.yaml").expect_err("it has mistakes");
    let everything = format!(
        "{}{}{diagnostics:?}",
        diagnostics.render(true),
        serde_json::to_string(&diagnostics).unwrap_or_default(),
    );
    assert!(everything.contains("pasword") && !everything.contains("hunter2"));
}

#[test]
fn color_is_for_those_who_ask() {
    let diagnostics = parse(SPEC, "cluster.yaml").expect_err("it has mistakes");
    assert!(diagnostics.render(true).contains('\u{1b}'));
    assert!(!diagnostics.render(false).contains('\u{1b}'));
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_matter() {
    let dos = SPEC.replace('\n', "\r\n");
    let places = |text: &str| {
        let diagnostics = parse(text, "cluster.yaml").expect_err("it has mistakes");
        diagnostics.iter().map(|d| (d.code, d.line, d.column)).collect::<Vec<_>>()
    };
    assert_eq!(places(&dos), places(SPEC));
    assert_eq!(places(&format!("\u{feff}{SPEC}")), places(SPEC));
}

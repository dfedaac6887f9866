use crate::support::Home;

/// Two things are wrong with it.
const BAD: &str = "\
apiVersion: provisioner.dev/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  kubernetes: {version: 1.36.2}
  network: {plugn: bridge}
  hosts:
    controlPlane:
      - {name: m1, address: 10.0.0.11}
      - {name: m1, address: 10.0.0.12}
      - {name: m3, address: 10.0.0.13}
";

#[test]
fn everything_that_is_wrong_is_shown_in_its_place() {
    let home = Home::new();
    home.file("bad.yaml", BAD);
    let ran = home.run(&["validate", "-f", "bad.yaml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn and_as_json_it_is_the_result() {
    let ran = Home::new().run_with_input(&["validate", "-f", "-", "--output", "json"], BAD);
    assert_eq!((ran.code, ran.stderr.as_str()), (3, ""));
    let json = ran.json();
    assert_eq!((&json["valid"], &json["file"]), (&false.into(), &"<stdin>".into()));
    assert_eq!(json["diagnostics"][0]["code"], "unknown-key");
    assert_eq!(json["diagnostics"][0]["line"], 6);
    assert!(json["diagnostics"].as_array().unwrap().len() >= 2, "{json}");
}

#[test]
fn to_other_commands_it_is_an_error() {
    let ran = Home::new().run_with_input(&["plan", "-f", "-", "--output", "json"], BAD);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    let json: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((&json["kind"], &json["exit"]), (&"error".into(), &3.into()));
    assert_eq!(json["diagnostics"][0]["code"], "unknown-key");
}

#[test]
fn a_resolved_spec_resolves_to_itself() {
    let home = Home::new();
    let spec = home.run(&["init", "--hosts"]).stdout;
    let show = ["validate", "-f", "-", "--show-resolved", "-q"];
    let once = home.run_with_input(&show, &spec);
    assert_eq!((once.code, once.stderr.as_str()), (0, ""));
    assert!(once.stdout.contains("domain: cluster.local"), "{}", once.stdout);
    assert_eq!(home.run_with_input(&show, &once.stdout).stdout, once.stdout);

    let json = ["validate", "-f", "-", "--show-resolved", "--output", "json"];
    let json = home.run_with_input(&json, &spec).json();
    assert_eq!(json["valid"], true);
    assert_eq!(json["resolved"]["spec"]["network"]["dns"]["domain"], "cluster.local");
}

/// Right, but not there yet.
fn ahead_of_its_time() -> String {
    "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: prod, region: us-west-2}\n\
     privateCluster: {enabled: true}\n"
        .to_owned()
}

#[test]
fn what_is_not_available_yet_is_told_but_no_mistake() {
    let home = Home::new();
    let spec = ahead_of_its_time();
    let ran = home.run_with_input(&["validate", "-f", "-"], &spec);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("[not-available]"), "{}", ran.stderr);
    assert!(ran.stderr.contains("<stdin> is valid"), "{}", ran.stderr);
    let json = home.run_with_input(&["validate", "-f", "-", "--output", "json"], &spec).json();
    assert_eq!(json["valid"], true);
    assert_eq!(json["diagnostics"][0]["code"], "not-available");
}

#[test]
fn what_is_not_available_yet_cannot_be_brought_about() {
    let home = Home::new();
    let ran = home.run_with_input(&["up", "--yes", "-f", "-"], &ahead_of_its_time());
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    assert!(ran.stderr.contains("[not-available]"), "{}", ran.stderr);
}

#[test]
fn a_file_that_is_not_there() {
    let ran = Home::new().run(&["validate", "-f", "nowhere.yaml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(ran.stderr);
}

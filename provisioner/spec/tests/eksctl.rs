//! eksctl's files: whatever eksctl knows is accepted, what can be converted is, the rest is listed.

use provisioner_spec::{Diagnostics, ParsedSpec, read_spec};

fn parsed(text: &str) -> ParsedSpec {
    read_spec(text, "config.yaml").unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// A line each.
fn listed(diagnostics: &Diagnostics) -> String {
    let line = |one: &provisioner_spec::Diagnostic| {
        format!("{}:{}: {}: {}\n", one.line, one.column, one.message, one.reason)
    };
    diagnostics.iter().map(line).collect()
}

#[test]
fn a_file_as_its_users_have_it() {
    let parsed = parsed(include_str!("good/eksctl-ecp-cafe.yaml"));
    assert!(parsed.unavailable.is_empty(), "{}", parsed.unavailable);
    insta::assert_snapshot!("cafe", parsed.spec.to_yaml());
    insta::assert_snapshot!("cafe_not_converted", listed(&parsed.warnings));
}

#[test]
fn everything_that_can_be_converted_is() {
    let parsed = parsed(include_str!("eksctl/converted.yaml"));
    assert!(parsed.unavailable.is_empty(), "{}", parsed.unavailable);
    insta::assert_snapshot!("converted", parsed.spec.to_yaml());
    insta::assert_snapshot!("converted_not", listed(&parsed.warnings));
}

#[test]
fn what_nodes_start_with_and_who_may_do_what_is_converted() {
    let parsed = parsed(include_str!("eksctl/more.yaml"));
    assert!(parsed.unavailable.is_empty(), "{}", parsed.unavailable);
    insta::assert_snapshot!("more", parsed.spec.to_yaml());
    insta::assert_snapshot!("more_not", listed(&parsed.warnings));
}

#[test]
fn roles_are_given_what_they_are_allowed() {
    let parsed = parsed(include_str!("eksctl/roles.yaml"));
    assert!(parsed.unavailable.is_empty(), "{}", parsed.unavailable);
    insta::assert_snapshot!("roles", parsed.spec.to_yaml());
    insta::assert_snapshot!("roles_not", listed(&parsed.warnings));
}

#[test]
fn nodes_are_what_they_are_there() {
    let parsed = parsed(include_str!("eksctl/nodes.yaml"));
    assert!(parsed.unavailable.is_empty(), "{}", parsed.unavailable);
    insta::assert_snapshot!("nodes", parsed.spec.to_yaml());
    insta::assert_snapshot!("nodes_not", listed(&parsed.warnings));
}

/// Every key of eksctl's own schema, each with something in it.
#[test]
fn every_key_is_known() {
    let everything = include_str!("eksctl/every-key.yaml");
    match read_spec(everything, "every-key.yaml") {
        Ok(parsed) => {
            insta::assert_snapshot!("every_key_not_converted", listed(&parsed.warnings));
            insta::assert_snapshot!("every_key_unavailable", listed(&parsed.unavailable));
        }
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

#[test]
fn mistakes_stand_where_they_are_in_the_file() {
    let text = "\
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: prod, region: us-west-2a}
vpc: {cidr: 10.0.0.0/8, natt: {gateway: Single}}
managedNodeGroups:
  - {name: a, minSize: 3, maxSize: 2, instanceTypes: [m5.large, m6g.large]}
  - {name: a, desiredCapacity: 2, securityGroups: {withShared: true}}
";
    let diagnostics = read_spec(text, "config.yaml").expect_err("it has mistakes");
    insta::assert_snapshot!(diagnostics.render(false));
}

//! How many calls are made: one for all of a kind wherever AWS has such a call.

use std::collections::BTreeMap;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

/// Those that AWS has for one thing alone, and for how many things of a cluster they are needed.
const ONE_BY_ONE: [(&str, &str); 10] = [
    ("DescribeAccessEntry", "access entry"),
    ("DescribeAddon", "addon"),
    ("DescribeLaunchTemplateVersions", "launch template"),
    ("DescribeNodegroup", "node group"),
    ("DescribePodIdentityAssociation", "pod identity"),
    ("GetRole", "role"),
    ("ListAssociatedAccessPolicies", "access entry"),
    ("ListAttachedRolePolicies", "role"),
    // What others have given a role is taken back, so it has to be seen.
    ("ListRolePolicies", "role"),
    ("GetRolePolicy", "role"),
];
/// Two attributes of the one VPC, of which AWS gives one at a time.
const ATTRIBUTES: (&str, usize) = ("DescribeVpcAttribute", 2);

/// So many node groups, in so many zones.
fn spec(groups: usize, zones: &[&str]) -> String {
    let (head, _) = SPEC.split_once("    nodeGroups:").expect("groups");
    let head = head.replace(
        "    # zones: [us-west-2a, us-west-2b]",
        &format!("    zones: [{}]", zones.join(", ")),
    );
    assert!(head.contains("\n    zones: ["), "{head}");
    let group = |number: usize| format!("      - {{name: group-{number}, min: 1, max: 1}}\n");
    let groups: String = (0..groups).map(group).collect();
    format!("{head}    nodeGroups:\n{groups}")
}

/// The calls that a command makes, those for further pages aside; more than is allowed fails.
fn calls(aws: &StandIn, program: &Program, command: &[&str]) -> BTreeMap<String, usize> {
    aws.forget_calls();
    program.run(command).expect(0);
    let mut counts = BTreeMap::new();
    for call in aws.calls().into_iter().filter(|call| !call.page) {
        assert!(!call.mutating, "{call:?}");
        *counts.entry(call.operation).or_insert(0) += 1;
    }
    let account = aws.account();
    for (operation, count) in &counts {
        let kind = ONE_BY_ONE.iter().find(|(one, _)| one == operation).map(|(_, kind)| *kind);
        let there = |kind| account[kind].as_object().map_or(0, serde_json::Map::len);
        let once = if operation == ATTRIBUTES.0 { ATTRIBUTES.1 } else { 1 };
        let budget = kind.map_or(once, there);
        assert!(*count <= budget, "{command:?}: {operation} {count} times, {budget} are enough");
    }
    counts
}

#[test]
fn calls_do_not_grow_with_what_one_call_is_enough_for() {
    let small = spec(2, &["us-west-2a", "us-west-2b"]);
    let large = spec(8, &["us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"]);
    let [(small_plan, small_up), (large_plan, large_up)] = [small, large].map(|spec| {
        let aws = StandIn::instant();
        let program = Program::new(&aws, &spec);
        program.up().expect(0);
        let plan = calls(&aws, &program, &["plan", "-f", "spec.yaml"]);
        (plan, calls(&aws, &program, &["up", "-f", "spec.yaml", "--yes"]))
    });
    let total = |counts: &BTreeMap<String, usize>| counts.values().sum::<usize>();
    for (operation, few) in &small_plan {
        let many = large_plan[operation];
        println!(
            "figure: calls: plan: {operation}: {few} with 2 node groups in 2 zones, {many} with 8 in 4"
        );
        let grows =
            ["DescribeNodegroup", "DescribeLaunchTemplateVersions"].contains(&operation.as_str());
        assert!(grows || many == *few, "{operation}: {few}, then {many}");
    }
    assert_eq!((&small_plan, &large_plan), (&small_up, &large_up), "`up` reads what `plan` reads");
    println!("figure: calls: plan: {} and {} in all", total(&small_plan), total(&large_plan));
}

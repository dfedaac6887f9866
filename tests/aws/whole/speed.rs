//! Everything that can goes on at once: the time is that of the longest way.

use std::time::Instant;

use crate::everything::SPEC as EVERYTHING;
use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

/// So many times as fast as AWS.
const SPEED: u32 = 60;

/// What takes its time, with what it waits for, as AWS has it.
const UP: [(&str, &str, &[&str]); 6] = [
    ("the roles are visible", "iam", &[]),
    ("the NAT gateway", "nat", &[]),
    ("the control plane", "cluster", &["the roles are visible"]),
    ("addons", "addon", &["the control plane"]),
    ("node groups", "node group", &["the control plane", "the NAT gateway"]),
    ("addons that need nodes", "addon", &["node groups"]),
];
const DOWN: [(&str, &str, &[&str]); 3] = [
    ("node groups", "node group delete", &[]),
    ("the control plane", "cluster delete", &["node groups"]),
    ("the NAT gateway", "nat delete", &["the control plane"]),
];

/// The seconds of the longest way, by this stand-in's clock.
fn longest(aws: &StandIn, graph: &[(&str, &str, &[&str])]) -> f64 {
    let mut ends: Vec<(&str, f64)> = Vec::new();
    for (name, kind, after) in graph {
        let end =
            |name: &&&str| ends.iter().find(|(one, _)| one == *name).expect("an earlier one").1;
        let begun = after.iter().map(|name| end(&name)).fold(0.0, f64::max);
        ends.push((name, begun + aws.duration(kind)));
    }
    ends.iter().map(|(_, end)| *end).fold(0.0, f64::max)
}

#[test]
fn up_and_down_beside_the_longest_way() {
    let aws = StandIn::start(SPEED);
    let program = Program::new(&aws, SPEC).at_pace(SPEED);
    // What the stand-in loads at the first calls is no time of AWS's.
    program.plan().expect(6);
    shown("up", longest(&aws, &UP), || drop(program.up().expect(0)));
    let begun = Instant::now();
    program.up().expect(0);
    println!("figure: speed: up with nothing to do: {:.2} s", begun.elapsed().as_secs_f64());
    shown("down", longest(&aws, &DOWN), || drop(program.down().expect(0)));
}

fn shown(what: &str, longest: f64, run: impl Fn()) {
    let begun = Instant::now();
    run();
    let took = begun.elapsed().as_secs_f64();
    let over = (took / longest - 1.0) * 100.0;
    println!(
        "figure: speed: {what}: {took:.1} s, the longest way {longest:.1} s: {over:.1} % over the critical path"
    );
}

/// Nothing that is held here ends before it is told to: so what is called for meanwhile waits for nothing
/// of it, however slow the machine is.
#[test]
fn what_can_be_made_at_once_is() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, EVERYTHING);
    aws.hold(&["nat", "cluster", "node group", "addon", "fargate profile"]);
    let mut up = program.begin(&["up", "-f", "spec.yaml", "--yes"]);
    up.until_called(&aws, &[("CreateNatGateway", 1), ("CreateCluster", 1)]);
    // Without a way to the internet: the nodes of the public group, and what runs on every node.
    aws.hold(&["nat", "node group", "addon", "fargate profile"]);
    let with_the_cluster = [
        ("CreateOpenIDConnectProvider", 1),
        ("CreateAccessEntry", 2),
        ("CreatePodIdentityAssociation", 2),
        ("CreateAddon", 2),
        ("CreateLaunchTemplate", 2),
        ("CreateNodegroup", 1),
    ];
    up.until_called(&aws, &with_the_cluster);
    aws.hold(&["node group", "addon", "fargate profile"]);
    up.until_called(&aws, &[("CreateNodegroup", 2), ("CreateFargateProfile", 1)]);
    aws.hold(&[]);
    up.ended().expect(0);
    program.plan().expect(0);
}

#[test]
fn what_can_be_removed_at_once_is() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, EVERYTHING);
    let before = aws.account();
    program.up().expect(0);
    aws.forget_calls();
    aws.hold(&["node group delete", "fargate profile", "cluster delete", "nat delete"]);
    let mut down = program.begin(&["down", "-f", "spec.yaml", "--yes"]);
    down.until_called(&aws, &[("DeleteNodegroup", 2), ("DeleteFargateProfile", 1)]);
    aws.hold(&["cluster delete", "nat delete"]);
    down.until_called(&aws, &[("DeleteCluster", 1)]);
    aws.hold(&["nat delete"]);
    down.until_called(
        &aws,
        &[("DeleteRole", 7), ("DeleteNatGateway", 1), ("DeleteSecurityGroup", 1)],
    );
    aws.hold(&[]);
    down.ended().expect(0);
    assert_eq!(aws.account(), before);
}

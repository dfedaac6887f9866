//! What `down` says at its end: it looks at the account once more, and names what is gone and what is not.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::everything::SPEC;
use crate::others::role;
use crate::policies::leave_behind;
use crate::program::Program;
use crate::stand_in::StandIn;

const OURS: &str = "Key=provisioner.dev/cluster,Value=prod";
/// Every kind of thing that a cluster can have, in the words of the stand-in.
const KINDS: [&str; 20] = [
    "access entry",
    "addon",
    "address",
    "classic load balancer",
    "cluster",
    "fargate profile",
    "identity provider",
    "internet gateway",
    "launch template",
    "load balancer",
    "nat gateway",
    "node group",
    "oidc provider",
    "pod identity",
    "role",
    "route table",
    "security group",
    "subnet",
    "target group",
    "vpc",
];

/// What has been made between two looks at the account, as kind and name; without that which is part of another
/// thing, and is not listed on its own.
fn made(before: &Value, account: &Value) -> BTreeSet<(String, String)> {
    let kinds = account.as_object().expect("kinds").iter();
    let all = kinds.flat_map(|(kind, found)| {
        let each = found.as_object().expect("things").iter();
        let new = each.filter(|(id, _)| before[kind][id.as_str()].is_null());
        new.filter_map(|(id, one)| Some((kind.clone(), name(kind, id, one)?))).collect::<Vec<_>>()
    });
    all.collect()
}

/// How it is listed.
fn name(kind: &str, id: &str, one: &Value) -> Option<String> {
    let of_aws = ["route table", "security group"].contains(&kind)
        && one["tags"].as_object().is_none_or(serde_json::Map::is_empty);
    match kind {
        // Those of nodes and of the control plane go with them.
        "network interface" => None,
        // The main ones of a VPC go with it.
        _ if of_aws => None,
        // That of EKS goes with the control plane.
        "security group" if one["tags"]["aws:eks:cluster-name"].is_string() => None,
        "pod identity" if one["ownerArn"].is_string() => None,
        "pod identity" => {
            let text = |key: &str| one[key].as_str().expect("text").to_owned();
            Some(format!("{}/{}", text("namespace"), text("serviceAccount")))
        }
        "cluster" => Some(format!("cluster/{id}")),
        _ => Some(id.to_owned()),
    }
}

/// The lines about what is gone.
fn listed(stderr: &str) -> Vec<&str> {
    stderr.lines().filter_map(|line| Some(line.split_once("verified gone: ")?.1)).collect()
}

#[test]
fn everything_that_there_was_is_listed_as_gone() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    program.up().expect(0);
    leave_behind(&aws);
    let made = made(&before, &aws.account());
    let kinds: BTreeSet<_> = made.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, KINDS.into_iter().collect());

    let down = program.down().expect(0);
    let listed = listed(&down.stderr);
    for (kind, name) in &made {
        let is_it = |line: &&str| line.split([' ', ',']).any(|word| word.ends_with(name.as_str()));
        assert!(listed.iter().any(is_it), "{kind} {name}: {}", down.stderr);
    }
    println!(
        "figure: gone: {} things of {} kinds in {} lines",
        made.len(),
        kinds.len(),
        listed.len()
    );
    assert_eq!(aws.account(), before);
    // Of nothing, nothing is said.
    let again = program.down().expect(0);
    assert!(!again.stderr.contains("verified gone"), "{}", again.stderr);
}

#[test]
fn what_somebody_makes_anew_behind_its_back_is_named() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    program.up().expect(0);
    aws.forget_calls();
    // Meanwhile nothing of the network goes; all else is gone then.
    aws.hold(&["nat delete"]);
    let mut down = program.begin(&["down", "-f", "spec.yaml", "--yes"]);
    let gone = [("DeleteRole", 7), ("DeleteLaunchTemplate", 2), ("DeleteNatGateway", 1)];
    down.until_called(&aws, &gone);
    let old = aws.account();
    make_anew(&aws);
    let new = made(&old, &aws.account());
    aws.hold(&[]);

    let down = down.ended().expect(1);
    let line = down.stderr.lines().find(|line| line.contains("still there: "));
    let line = line.unwrap_or_else(|| panic!("{}", down.stderr));
    for (kind, name) in &new {
        assert!(line.contains(name), "{kind} {name}: {line}");
    }
    let kinds: BTreeSet<_> = new.iter().map(|(kind, _)| kind.as_str()).collect();
    let wanted =
        ["address", "cluster", "launch template", "oidc provider", "role", "subnet", "vpc"];
    assert_eq!(kinds, wanted.into_iter().collect());
    let listed_as_gone = listed(&down.stderr);
    let role = |purpose: &str| format!("role {purpose}: prod-us-west-2-{purpose}");
    assert!(listed_as_gone.contains(&role("node").as_str()), "{}", down.stderr);
    for (_, name) in &new {
        assert!(!listed_as_gone.iter().any(|line| line.contains(name)), "{name}: {}", down.stderr);
    }
    assert!(down.stderr.contains("run `provisioner down` once more"), "{}", down.stderr);
    let down = program.down().expect(0);
    let gone = listed(&down.stderr);
    let is_gone = |name: &str| gone.iter().any(|line| line.contains(name));
    assert!(new.iter().all(|(_, name)| is_gone(name)), "{}", down.stderr);
    assert_eq!(aws.account(), before);
}

/// As a run on another machine would, of somebody who does not know that the cluster is to go.
fn make_anew(aws: &StandIn) {
    let tagged = |kind: &str| format!("ResourceType={kind},Tags=[{{{OURS}}}]");
    let ec2 = |arguments: &[&str], kind: &str| {
        let tags = tagged(kind);
        aws.by_hand(&[&["ec2"], arguments, &["--tag-specifications", &tags]].concat())
    };
    let id = |made: &Value, pointer: &str| {
        made.pointer(pointer).and_then(Value::as_str).expect("an id").to_owned()
    };
    ec2(&["allocate-address", "--domain", "vpc"], "elastic-ip");
    let template = ["create-launch-template", "--launch-template-name", "prod-workers"];
    let data = ["--launch-template-data", r#"{"InstanceType":"t3.medium"}"#];
    ec2(&[&template[..], &data].concat(), "launch-template");
    let vpc = id(&ec2(&["create-vpc", "--cidr-block", "192.168.0.0/16"], "vpc"), "/Vpc/VpcId");
    let subnets = [("us-west-2a", "192.168.0.0/19"), ("us-west-2b", "192.168.32.0/19")];
    let subnets = subnets.map(|(zone, range)| {
        let create = ["create-subnet", "--vpc-id", &vpc, "--cidr-block", range];
        let made = ec2(&[&create[..], &["--availability-zone", zone]].concat(), "subnet");
        id(&made, "/Subnet/SubnetId")
    });
    let policies = ["AmazonEKSClusterPolicy"];
    let arn = role(aws, "prod-us-west-2-cluster", "eks.amazonaws.com", &policies);
    aws.by_hand(&["iam", "tag-role", "--role-name", "prod-us-west-2-cluster", "--tags", OURS]);
    let placement = format!("subnetIds={}", subnets.join(","));
    let create = ["eks", "create-cluster", "--name=prod", "--role-arn", &arn];
    let rest = ["--resources-vpc-config", &placement, "--tags", "provisioner.dev/cluster=prod"];
    aws.by_hand(&[&create[..], &rest].concat());
    let cluster = aws.account()["cluster"]["prod"].clone();
    let issuer = id(&cluster, "/identity/oidc/issuer");
    let create = ["iam", "create-open-id-connect-provider", "--url", &issuer];
    aws.by_hand(&[&create[..], &["--tags", OURS]].concat());
}

//! What somebody else has made stays as it is, whatever it is called.

use serde_json::json;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

const MANAGED: &str = "arn:aws:iam::aws:policy";

pub(crate) fn role(aws: &StandIn, name: &str, service: &str, policies: &[&str]) -> String {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]});
    let trust = trust.to_string();
    let create =
        ["iam", "create-role", "--role-name", name, "--assume-role-policy-document", &trust];
    let made = aws.by_hand(&create);
    for policy in policies {
        let policy = format!("{MANAGED}/{policy}");
        let attach = ["iam", "attach-role-policy", "--role-name", name, "--policy-arn", &policy];
        aws.by_hand(&attach);
    }
    made["Role"]["Arn"].as_str().expect("its ARN").to_owned()
}

/// A cluster of the spec's name, with nodes of a group of its.
fn their_cluster(aws: &StandIn) {
    let of_cluster = role(aws, "theirs", "eks.amazonaws.com", &["AmazonEKSClusterPolicy"]);
    let policies = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"];
    let of_nodes = role(aws, "their-nodes", "ec2.amazonaws.com", &policies);
    let found = aws.by_hand(&["ec2", "describe-subnets"]);
    let all = found["Subnets"].as_array().expect("the default ones").iter();
    let subnets: Vec<_> = all.filter_map(|one| one["SubnetId"].as_str()).take(2).collect();
    let placement = format!("subnetIds={}", subnets.join(","));
    aws.by_hand(&[
        "eks",
        "create-cluster",
        "--name=prod",
        "--role-arn",
        &of_cluster,
        "--resources-vpc-config",
        &placement,
    ]);
    aws.account();
    let mut nodes = vec!["eks", "create-nodegroup", "--cluster-name=prod"];
    nodes.extend(["--nodegroup-name=workers", "--node-role", &of_nodes]);
    nodes.extend(["--scaling-config", "minSize=1,maxSize=5,desiredSize=2", "--subnets"]);
    nodes.extend(&subnets);
    aws.by_hand(&nodes);
}

#[test]
fn a_cluster_of_the_same_name_is_refused_by_every_command() {
    let aws = StandIn::instant();
    their_cluster(&aws);
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    aws.forget_calls();
    let commands: [&[&str]; 7] = [
        &["up", "--yes"],
        &["down", "--yes"],
        &["scale", "workers=4"],
        &["upgrade", "--to", "1.36", "--yes"],
        &["kubeconfig"],
        &["status"],
        &["addons", "down", "--yes"],
    ];
    for command in commands {
        let refused = program.run(&[command, &["-f", "spec.yaml"]].concat()).expect(1);
        let said = "the cluster prod: it has no tag provisioner.dev/cluster";
        assert!(refused.stderr.contains(said), "{command:?}: {}", refused.stderr);
        assert!(refused.stderr.contains("give the cluster another name"), "{}", refused.stderr);
    }
    assert_eq!(aws.changes(), [""; 0]);
    assert_eq!(aws.account(), before);
}

#[test]
fn real_nothing_is_done_inside_a_cluster_of_another_account() {
    let aws = StandIn::instant();
    let server = aws.give_api();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    server.kubectl(&["create", "service", "loadbalancer", "web", "--tcp=80:80"]);
    let other = SPEC.replace("# account: \"123456789012\"", "account: \"999999999999\"");
    assert_ne!(other, SPEC);
    program.set_spec(&other);
    aws.forget_calls();
    for command in ["down", "up"] {
        let refused = program.run(&[command, "-f", "spec.yaml", "--yes"]).expect(1);
        let said = "123456789012: the spec is for 999999999999";
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
    let refused = program.run(&["scale", "-f", "spec.yaml", "workers=4"]).expect(1);
    assert!(refused.stderr.contains("correct eks.account"), "{}", refused.stderr);
    assert_eq!(aws.changes(), [""; 0]);
    server.kubectl(&["get", "service", "web"]);
}

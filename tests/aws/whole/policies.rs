//! The policies in docs/iam, enforced: each command is able to do its work with its own, and each action
//! in them is needed by something.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::everything::{CHANGED, SPEC};
use crate::program::Program;
use crate::stand_in::StandIn;

/// What IAM takes of a managed policy, without white space.
const MOST_CHARACTERS: usize = 6144;
/// What the specs attach beside what every cluster needs; docs/eks.md says where it is added.
const ATTACHED: [&str; 3] = [
    "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    "arn:aws:iam::aws:policy/AmazonSQSFullAccess",
    "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
];

/// A policy as somebody would take it for the cluster `prod`.
fn policy(name: &str) -> Value {
    let file = format!("{}/../../docs/iam/{name}.json", crate::venv::FOLDER);
    let text = std::fs::read_to_string(file).expect("the policy");
    let text = text.replace("CLUSTER", "prod").replace("REGION", "us-west-2");
    let text = text.replace("ACCOUNT", "123456789012");
    let length = text.chars().filter(|one| !one.is_whitespace()).count();
    assert!(length <= MOST_CHARACTERS, "{name} has {length} characters");
    let mut policy: Value = serde_json::from_str(&text).expect("JSON");
    for statement in policy["Statement"].as_array_mut().expect("a list") {
        if statement["Sid"] == "PoliciesOfRoles" {
            let list = &mut statement["Condition"]["ArnLike"]["iam:PolicyARN"];
            list.as_array_mut().expect("a list").extend(ATTACHED.map(Value::from));
        }
    }
    policy
}

fn actions(name: &str) -> BTreeSet<String> {
    let policy = policy(name);
    let statements = policy["Statement"].as_array().expect("a list");
    let actions = statements.iter().flat_map(|one| one["Action"].as_array().expect("a list"));
    actions.map(|action| action.as_str().expect("an action").to_owned()).collect()
}

/// Everything that these policies do not allow is refused from now on.
fn enforce(aws: &StandIn, names: &[&str]) {
    let statements = names
        .iter()
        .flat_map(|name| policy(name)["Statement"].as_array().cloned().expect("a list"));
    aws.set_policy(Some(&json!({"Statement": statements.collect::<Vec<_>>()})));
}

/// The actions that nothing has needed; of those that end with `*`, one is enough.
fn needless(name: &str, used: &BTreeSet<String>) -> Vec<String> {
    let is_used = |action: &String| match action.strip_suffix('*') {
        Some(beginning) => used.iter().any(|one| one.starts_with(beginning)),
        None => used.contains(action),
    };
    actions(name).into_iter().filter(|action| !is_used(action)).collect()
}

#[test]
fn a_plan_reads_and_no_more() {
    let reads = |action: &String| {
        let name = action.split(':').nth(1).expect("a name");
        ["Describe", "Get", "List"].iter().any(|word| name.starts_with(word))
    };
    assert!(actions("plan").iter().all(reads), "{:?}", actions("plan"));
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    enforce(&aws, &["plan"]);
    program.plan().expect(6);
    aws.set_policy(None);
    program.up().expect(0);
    enforce(&aws, &["plan"]);
    program.plan().expect(0);
    program.run(&["status", "-f", "spec.yaml"]).expect(0);
    assert_eq!(needless("plan", &aws.used_actions()), [""; 0]);
    let refused = program.down().expect(1);
    assert!(refused.stderr.contains("is not authorized to perform: "), "{}", refused.stderr);
}

#[test]
fn up_makes_changes_and_mends_with_its_policy_alone() {
    let aws = StandIn::instant();
    // Addons that the spec has dropped are looked for as well.
    let _api = aws.give_api();
    let program = Program::new(&aws, SPEC);
    let prune = ["up", "-f", "spec.yaml", "--yes", "--prune", "--replace-failed"];
    enforce(&aws, &["plan", "up"]);
    // What fails on the way is made anew.
    aws.fail_nat_gateway();
    program.up().expect(1);
    program.up().expect(0);
    profile_of_nodes(&aws, "prod-us-west-2-pod-apps-writer");
    program.set_spec(CHANGED);
    program.run(&prune).expect(0);
    program.plan().expect(0);
    by_hand(&aws);
    let of_nodes = |aws: &StandIn| {
        let tagged = ["ec2", "describe-tags", "--filters", "Name=key,Values=owner"];
        let tagged = aws.by_hand(&tagged)["Tags"].as_array().expect("a list").clone();
        let kinds = tagged.iter().map(|one| one["ResourceType"].as_str().unwrap_or_default());
        kinds.filter(|kind| ["instance", "volume"].contains(kind)).count()
    };
    assert_eq!(of_nodes(&aws), 0);
    let free = without(CHANGED, &["permissionsBoundary:"]);
    // Without nodes there need be no way out.
    let (closed, _) = free.split_once("    nodeGroups:").expect("node groups");
    let identity = "      - namespace: apps\n        serviceAccount: sender\n        policies: [arn:aws:iam::aws:policy/AmazonSQSFullAccess]\n";
    let closed = closed.replace("nat: single", "nat: none").replace(identity, "");
    assert!(!closed.contains("sender"), "{closed}");
    let zones = "zones: [us-west-2a, us-west-2b]";
    let wide = closed.replace(zones, "zones: [us-west-2a, us-west-2b, us-west-2c]");
    assert_ne!(wide, closed);
    for spec in [&free, &wide] {
        program.set_spec(spec);
        program.run(&prune).expect(0);
        assert_eq!(of_nodes(&aws), 2, "a node and its disk");
    }
    // Of a node that was there.
    let subnet = of(&aws, "subnet", "private-us-west-2c");
    aws.by_hand(&["ec2", "create-network-interface", "--subnet-id", &subnet]);
    program.set_spec(&closed);
    program.run(&prune).expect(0);
    let mut used = aws.used_actions();
    used.extend(of_a_control_plane_that_failed());
    assert_eq!(needless("up", &used), [""; 0]);
}

/// It is made anew, and the trust in its service accounts goes with it; the key for Secrets comes later.
fn of_a_control_plane_that_failed() -> BTreeSet<String> {
    let aws = StandIn::instant();
    let spec = without(SPEC, &["secretsKey:"]);
    let program = Program::new(&aws, &spec);
    enforce(&aws, &["plan", "up"]);
    aws.fail_cluster("InternalFailure", "it did not come up");
    let failed = program.up().expect(1);
    assert!(failed.stderr.contains("it did not come up"), "{}", failed.stderr);
    let cluster = aws.by_hand(&["eks", "describe-cluster", "--name", "prod"]);
    let issuer = cluster["cluster"]["identity"]["oidc"]["issuer"].as_str().expect("it").to_owned();
    let tags = ["--tags", "Key=provisioner.dev/cluster,Value=prod"];
    let create = ["iam", "create-open-id-connect-provider", "--url", &issuer];
    aws.by_hand(&[&create[..], &tags].concat());
    program.run(&["up", "-f", "spec.yaml", "--yes", "--replace-failed"]).expect(0);
    assert_eq!(aws.account()["oidc provider"].as_object().map_or(0, serde_json::Map::len), 1);
    program.set_spec(SPEC);
    program.up().expect(0);
    aws.used_actions()
}

#[test]
fn down_removes_everything_with_its_policy_alone() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    program.up().expect(0);
    leave_behind(&aws);
    profile_of_nodes(&aws, "prod-us-west-2-node");
    enforce(&aws, &["plan", "down"]);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
    let mut used = aws.used_actions();
    // One that an earlier run has left: its cluster is gone.
    let issuer = "https://oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF";
    let tags = ["--tags", "Key=provisioner.dev/cluster,Value=prod"];
    let create = ["iam", "create-open-id-connect-provider", "--url", issuer];
    aws.by_hand(&[&create[..], &tags].concat());
    program.down().expect(0);
    assert_eq!(aws.account(), before);
    used.extend(aws.used_actions());
    assert_eq!(needless("down", &used), [""; 0]);
}

/// What controllers in the cluster make for a Service and an Ingress, and do not take away.
pub(crate) fn leave_behind(aws: &StandIn) {
    let account = aws.account();
    let tagged = |one: &&Value| one["tags"]["kubernetes.io/role/elb"] == "1";
    let subnets = account["subnet"].as_object().expect("some");
    let subnets = subnets.iter().filter(|(_, one)| tagged(one)).map(|(id, _)| id.as_str());
    let subnets: Vec<_> = subnets.collect();
    let ours = |one: &&Value| one["tags"]["provisioner.dev/cluster"] == "prod";
    let vpcs = account["vpc"].as_object().expect("some");
    let vpc = vpcs.iter().find(|(_, one)| ours(one)).expect("one").0.as_str();
    let of_service = "Key=kubernetes.io/cluster/prod,Value=owned";
    let of_ingress = "Key=elbv2.k8s.aws/cluster,Value=prod";
    let made = ["web", "shop"].map(|name| {
        let tag = if name == "web" { of_service } else { of_ingress };
        let tags = format!("ResourceType=security-group,Tags=[{{{tag}}}]");
        let create = ["ec2", "create-security-group", "--group-name", name, "--vpc-id", vpc];
        let rest = ["--description", "x", "--tag-specifications", &tags];
        let made = aws.by_hand(&[&create[..], &rest].concat());
        made["GroupId"].as_str().expect("its id").to_owned()
    });
    let listener = "Protocol=TCP,LoadBalancerPort=80,InstancePort=80";
    let classic = ["elb", "create-load-balancer", "--load-balancer-name", "web"];
    let classic = [
        &classic[..],
        &["--listeners", listener, "--tags", of_service],
        &["--security-groups", &made[0], "--subnets"],
    ];
    aws.by_hand(&[&classic.concat()[..], &subnets].concat());
    let application = ["elbv2", "create-load-balancer", "--name", "shop", "--tags", of_ingress];
    aws.by_hand(
        &[&application[..], &["--security-groups", &made[1], "--subnets"], &subnets].concat(),
    );
    let group = ["elbv2", "create-target-group", "--name", "shop", "--vpc-id", vpc];
    let rest = ["--protocol", "HTTP", "--port", "80", "--tags", of_ingress];
    aws.by_hand(&[&group[..], &rest].concat());
    // One lets the other in: neither could go before that rule.
    let allow = ["ec2", "authorize-security-group-ingress", "--group-id", &made[0]];
    let rest = ["--protocol", "tcp", "--port", "80", "--source-group", &made[1]];
    aws.by_hand(&[&allow[..], &rest].concat());
}

fn without(spec: &str, keys: &[&str]) -> String {
    let is_kept = |line: &&str| !keys.iter().any(|key| line.trim().starts_with(key));
    spec.split_inclusive('\n').filter(is_kept).collect()
}

/// The id of a part of the cluster.
fn of(aws: &StandIn, kind: &str, name: &str) -> String {
    let account = aws.account();
    let all = account[kind].as_object().expect("some");
    let is_it = |one: &&Value| one["tags"]["provisioner.dev/resource"] == name;
    let found = all.iter().find(|(_, one)| is_it(one)).expect(name);
    found.0.clone()
}

/// As EKS makes one for the nodes of a group.
fn profile_of_nodes(aws: &StandIn, role: &str) {
    let named = ["--instance-profile-name", "eks-0a1b2c"];
    aws.by_hand(&[["iam", "create-instance-profile"], named].concat());
    let add = ["iam", "add-role-to-instance-profile", "--role-name", role];
    aws.by_hand(&[add.as_slice(), &named].concat());
}

/// As EKS starts one; what the spec tags it and its disk with has come later.
fn node_without_tags_of_the_spec(aws: &StandIn) {
    let images = aws.by_hand(&["ec2", "describe-images", "--owners", "amazon"]);
    let image = images["Images"][0]["ImageId"].as_str().expect("one");
    let tag = |(key, value): (&str, &str)| json!({"Key": key, "Value": value});
    let of_eks = [("eks:cluster-name", "prod"), ("eks:nodegroup-name", "workers")];
    let tags = of_eks.into_iter().chain([("provisioner.dev/cluster", "prod")]).map(tag);
    let tags = json!([{"ResourceType": "instance", "Tags": tags.collect::<Vec<_>>()}]).to_string();
    let run = ["ec2", "run-instances", "--image-id", image, "--tag-specifications", &tags];
    let made = aws.by_hand(&run);
    assert!(made["Instances"][0]["InstanceId"].is_string(), "{made}");
}

/// What others do to a cluster.
fn by_hand(aws: &StandIn) {
    let account = aws.account();
    let of = |kind: &str, name: &str| of(aws, kind, name);
    let group = of("security group", "control-plane");
    let allow = ["ec2", "authorize-security-group-ingress", "--group-id", &group];
    let rest = ["--protocol", "tcp", "--port", "22", "--cidr", "0.0.0.0/0"];
    aws.by_hand(&[&allow[..], &rest].concat());
    let gateway = of("internet gateway", "internet-gateway");
    let table = of("route table", "routes-private-us-west-2a");
    let everywhere = ["--destination-cidr-block", "0.0.0.0/0"];
    node_without_tags_of_the_spec(aws);
    let route = ["ec2", "replace-route", "--route-table-id", &table, "--gateway-id", &gateway];
    aws.by_hand(&[&route[..], &everywhere].concat());
    let address = aws.by_hand(&["ec2", "allocate-address", "--domain", "vpc"]);
    let address = address["AllocationId"].as_str().expect("its id").to_owned();
    let tags = "Key=provisioner.dev/cluster,Value=prod";
    aws.by_hand(&["ec2", "create-tags", "--resources", &address, "--tags", tags]);
    let other = of("route table", "routes-public");
    let subnet = of("subnet", "private-us-west-2b");
    let filter = format!("Name=association.subnet-id,Values={subnet}");
    let tables = aws.by_hand(&["ec2", "describe-route-tables", "--filters", &filter]);
    let association = tables["RouteTables"][0]["Associations"][0]["RouteTableAssociationId"]
        .as_str()
        .expect("its id")
        .to_owned();
    let replace = ["ec2", "replace-route-table-association", "--route-table-id", &other];
    aws.by_hand(&[&replace[..], &["--association-id", &association]].concat());
    let provider = account["oidc provider"].as_object().expect("one").keys().next().expect("one");
    let provider = ["--open-id-connect-provider-arn", provider];
    let remove = ["iam", "remove-client-id-from-open-id-connect-provider"];
    aws.by_hand(&[&remove[..], &provider, &["--client-id", "sts.amazonaws.com"]].concat());
    let untag = ["iam", "untag-open-id-connect-provider", "--tag-keys", "owner"];
    aws.by_hand(&[&untag[..], &provider].concat());
}

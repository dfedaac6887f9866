//! The life of a cluster.

use serde_json::Value;

use crate::program::Program;
use crate::stand_in::StandIn;

pub(crate) const SPEC: &str = include_str!("../../../cluster-specs/eks.yaml");

fn count(account: &Value, kind: &str) -> usize {
    account[kind].as_object().map_or(0, serde_json::Map::len)
}

/// Every value of that tag in a kind of resource.
fn names(account: &Value, kind: &str) -> Vec<String> {
    let all = account[kind].as_object().into_iter().flat_map(|map| map.values());
    let tag = |one: &Value| one["tags"]["provisioner.dev/resource"].as_str().map(str::to_owned);
    let mut names: Vec<_> = all.filter_map(tag).collect();
    names.sort();
    names
}

#[test]
fn from_nothing_to_a_cluster_and_back_to_nothing() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();

    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("1 NAT gateway,"), "{}", plan.stdout);
    assert!(plan.stdout.contains("2 nodes (1 to 5) of t3.medium"), "{}", plan.stdout);
    assert_eq!(aws.changes(), [""; 0], "a plan changes nothing");

    program.up().expect(0);
    let account = aws.account();
    let zones = ["us-west-2a", "us-west-2b", "us-west-2c"];
    let subnets: Vec<_> = ["private", "public"]
        .iter()
        .flat_map(|kind| zones.iter().map(move |zone| format!("{kind}-{zone}")))
        .collect();
    assert_eq!(names(&account, "subnet"), subnets);
    assert_eq!(names(&account, "nat gateway"), ["nat-us-west-2a"]);
    assert_eq!(
        names(&account, "role"),
        ["role-addon-aws-ebs-csi-driver", "role-cluster", "role-node"]
    );
    assert_eq!(count(&account, "addon"), 5);
    assert_eq!(count(&account, "node group"), 2);
    let cluster = &account["cluster"]["prod"];
    assert_eq!(cluster["status"], "ACTIVE");
    assert_eq!(cluster["accessConfig"]["authenticationMode"], "API");
    assert_eq!(cluster["tags"]["team"], "platform");
    let roles = account["role"].as_object().unwrap();
    let cluster_role = &roles["prod-us-west-2-cluster"];
    let policies = cluster_role["policies"].as_array().unwrap();
    assert!(policies.iter().any(|one| one == "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"));
    let public =
        account["subnet"].as_object().unwrap().values().filter(|one| one["public"] == true);
    for subnet in public.filter(|one| one["tags"]["Name"].is_string()) {
        assert_eq!(subnet["tags"]["kubernetes.io/role/elb"], "1");
    }

    aws.forget_calls();
    let again = program.up().expect(0);
    assert_eq!(aws.changes(), [""; 0], "the second run changes nothing: {}", again.stderr);
    let calls = aws.calls().len();
    println!("figure: story: calls of a run with nothing to change: {calls}");
    let plan = program.plan().expect(0);
    assert!(plan.stdout.contains("Nothing to change"), "{}", plan.stdout);

    let status = program.run(&["status", "-f", "spec.yaml", "--output", "json"]).expect(0).json();
    assert_eq!((&status["healthy"], &status["version"]), (&true.into(), &"1.36".into()));
    let kubeconfig = program.run(&["kubeconfig", "-f", "spec.yaml"]).expect(0);
    assert!(kubeconfig.stdout.contains("eks-token"), "{}", kubeconfig.stdout);

    let down = program.down().expect(0);
    assert_eq!(aws.account(), before, "{}", down.stderr);
    program.down().expect(0);
}

#[test]
fn two_clusters_do_not_know_each_other() {
    let aws = StandIn::instant();
    let one = Program::new(&aws, SPEC);
    let other_spec =
        SPEC.replace("name: prod", "name: other").replace("192.168.0.0/16", "10.1.0.0/16");
    let other = Program::new(&aws, &other_spec);
    one.up().expect(0);
    let with_one = aws.account();
    other.up().expect(0);
    aws.forget_calls();
    one.up().expect(0);
    assert_eq!(aws.changes(), [""; 0]);
    other.down().expect(0);
    assert_eq!(aws.account(), with_one);
}

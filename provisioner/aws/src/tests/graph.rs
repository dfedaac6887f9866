//! What waits for what.

use std::collections::{BTreeMap, BTreeSet};

use provisioner_spec::{STARTER_EKS, Spec, read_spec};

use crate::account::Account;
use crate::layout::Layout;
use crate::work::Context;
use crate::{Clients, Pace};

/// Each resource of the spec to start from with what it waits for.
async fn graph() -> BTreeMap<String, Vec<String>> {
    graph_of(STARTER_EKS).await
}

async fn graph_of(spec: &str) -> BTreeMap<String, Vec<String>> {
    let Spec::Eks(cluster) = read_spec(spec, "eks.yaml").unwrap().spec else {
        panic!("it is on EKS");
    };
    let clients = Clients::new(Some("us-west-2"), Pace::default()).await;
    let context = Context::new(*cluster, clients, Pace::default());
    let zones = ["us-west-2a", "us-west-2b", "us-west-2c"].map(str::to_owned);
    let resources = Layout::new(&context, &zones).resources();
    let empty = Account::default();
    resources.iter().map(|one| (one.target(), one.after(&empty))).collect()
}

/// All that something waits for, directly or not.
fn all_before(graph: &BTreeMap<String, Vec<String>>, target: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![target.to_owned()];
    while let Some(next) = open.pop() {
        for before in graph.get(&next).into_iter().flatten() {
            assert_ne!(before, target, "{target} waits for itself");
            if found.insert(before.clone()) {
                open.push(before.clone());
            }
        }
    }
    found
}

#[tokio::test]
async fn the_control_plane_waits_for_role_subnets_and_security_group_alone() {
    let graph = graph().await;
    let before = all_before(&graph, "cluster");
    let kinds = ["vpc", "subnet ", "role cluster", "security group"];
    assert!(before.iter().all(|one| kinds.iter().any(|kind| one.starts_with(kind))), "{before:?}");
    assert_eq!(before.iter().filter(|one| one.starts_with("subnet ")).count(), 6);
}

#[tokio::test]
async fn nodes_wait_for_their_way_out_and_not_for_addons_or_each_other() {
    let graph = graph().await;
    let before = all_before(&graph, "node group workers");
    for needed in ["cluster", "role node", "launch template workers", "NAT gateway us-west-2a"] {
        assert!(before.contains(needed), "{needed}");
    }
    assert!(!before.iter().any(|one| one.starts_with("addon ") || one.starts_with("node group ")));
}

#[tokio::test]
async fn only_addons_that_need_nodes_wait_for_them() {
    let graph = graph().await;
    let waits = |addon: &str| all_before(&graph, addon).contains("node group workers");
    assert!(waits("addon coredns") && waits("addon aws-ebs-csi-driver"));
    assert!(!waits("addon vpc-cni") && !waits("addon kube-proxy"));
}

#[tokio::test]
async fn everything_that_is_waited_for_exists_and_nothing_waits_for_itself() {
    let graph = graph().await;
    for (target, after) in &graph {
        let unknown: Vec<_> = after.iter().filter(|one| !graph.contains_key(*one)).collect();
        assert!(unknown.is_empty(), "{target} waits for {unknown:?}");
        all_before(&graph, target);
    }
}

#[tokio::test]
async fn fargate_profiles_follow_one_another_beside_the_nodes() {
    let profiles = "    fargateProfiles:
      - {name: one, selectors: [{namespace: a}]}
      - {name: two, selectors: [{namespace: b}]}
    nodeGroups:
";
    let graph = graph_of(&STARTER_EKS.replace("    nodeGroups:\n", profiles)).await;
    let before = all_before(&graph, "Fargate profile two");
    for needed in ["cluster", "role fargate", "NAT gateway us-west-2a", "Fargate profile one"] {
        assert!(before.contains(needed), "{needed}");
    }
    assert!(!before.iter().any(|one| one.starts_with("node group ")), "{before:?}");
    assert!(!all_before(&graph, "node group workers").contains("Fargate profile one"));
    assert!(all_before(&graph, "addon coredns").contains("Fargate profile one"));
}

#[tokio::test]
async fn launch_templates_wait_for_the_group_that_nodes_are_reached_through() {
    let reached = "instanceTypes: [t3.medium]\n        sshFrom: [vpc]";
    let graph = graph_of(&STARTER_EKS.replace("instanceTypes: [t3.medium]", reached)).await;
    assert!(all_before(&graph, "launch template workers").contains("security group ssh-workers"));
    assert!(graph.contains_key("security group ssh-workers"));
    assert!(!all_before(&graph, "cluster").contains("security group ssh-workers"));
    assert!(graph["launch template batch"].is_empty());
}

#[tokio::test]
async fn an_identity_provider_comes_when_nothing_else_is_changed_any_more() {
    let provider =
        "    identityProvider: {name: sso, issuerUrl: 'https://sso.example', clientId: x}
    nodeGroups:
";
    let graph = graph_of(&STARTER_EKS.replace("    nodeGroups:\n", provider)).await;
    let before = all_before(&graph, "identity provider");
    let kinds = ["cluster", "node group ", "addon "];
    let inside = graph.keys().filter(|one| kinds.iter().any(|kind| one.starts_with(kind)));
    for target in inside {
        assert!(before.contains(target), "{target}: {before:?}");
    }
}

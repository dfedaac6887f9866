//! The roles that are made, and what they are for.

use std::collections::BTreeSet;

use provisioner_spec::IamRole;
use serde_json::Value;

use crate::resources::role::{Role, Trust};
use crate::work::Context;

/// The purposes of the two roles that every cluster has.
pub(crate) const CLUSTER_ROLE: &str = "cluster";
pub(super) const NODE_ROLE: &str = "node";
/// The purpose of the role that pods on Fargate are started under.
pub(super) const FARGATE_ROLE: &str = "fargate";

/// What EKS wants of the role of its control plane ("Amazon EKS cluster IAM role").
const CLUSTER_POLICIES: [&str; 2] = ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"];
/// What it wants of the role of nodes ("Amazon EKS node IAM role").
const NODE_POLICIES: [&str; 4] = [
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonSSMManagedInstanceCore",
    "AmazonEKS_CNI_Policy",
];

/// What it wants of the role of pods on Fargate ("Amazon EKS Pod execution IAM role").
const FARGATE_POLICIES: [&str; 1] = ["AmazonEKSFargatePodExecutionRolePolicy"];

/// The roles that are made.
pub(super) fn roles(context: &Context) -> Vec<Role> {
    let eks = &context.cluster.eks;
    let mut roles = Vec::new();
    if eks.roles.cluster == IamRole::Create {
        let trust = Trust::service("eks.amazonaws.com", &["sts:AssumeRole", "sts:TagSession"]);
        roles.push(role(context, CLUSTER_ROLE, trust, managed(context, &CLUSTER_POLICIES)));
    }
    if eks.roles.node == IamRole::Create {
        let trust = Trust::service("ec2.amazonaws.com", &["sts:AssumeRole"]);
        let mut policies = managed(context, &NODE_POLICIES);
        policies.extend(eks.roles.node_policies.iter().cloned());
        roles.push(role(context, NODE_ROLE, trust, policies));
    }
    if eks.fargate_profiles.iter().any(|profile| profile.role == IamRole::Create) {
        let policies = managed(context, &FARGATE_POLICIES);
        let (region, cluster) = (eks.region.clone(), context.cluster.name.clone());
        let trust = Trust::FargatePods { region, cluster };
        roles.push(role(context, FARGATE_ROLE, trust, policies));
    }
    for account in &eks.service_accounts {
        let trust = Trust::ServiceAccount {
            namespace: account.namespace.clone(),
            name: account.name.clone(),
        };
        let purpose = format!("sa-{}-{}", account.namespace, account.name);
        let policies = account.policies.iter().cloned().collect();
        let made = role(context, &purpose, trust, policies);
        roles.push(Role { name: account.role_name.clone().unwrap_or(made.name.clone()), ..made });
    }
    for identity in eks.pod_identities.iter().filter(|one| one.role == IamRole::Create) {
        let purpose = pod_purpose(&identity.namespace, &identity.service_account);
        let policies = identity.policies.iter().cloned().collect();
        let made = role(context, &purpose, Trust::pods(), policies);
        let own = (!identity.policy.is_empty()).then(|| Value::Object(identity.policy.clone()));
        roles.push(Role { document: own, ..made });
    }
    for (name, addon) in eks.addons.iter().filter(|(_, addon)| !addon.policies.is_empty()) {
        let policies = addon.policies.iter().cloned().collect();
        roles.push(role(context, &addon_purpose(name), Trust::pods(), policies));
    }
    roles
}

pub(super) fn pod_purpose(namespace: &str, service_account: &str) -> String {
    format!("pod-{namespace}-{service_account}")
}

pub(super) fn addon_purpose(name: &str) -> String {
    format!("addon-{name}")
}

fn role(context: &Context, purpose: &str, trust: Trust, policies: BTreeSet<String>) -> Role {
    Role {
        purpose: purpose.to_owned(),
        name: context.names.role(purpose),
        trust,
        policies,
        document: None,
        boundary: context.cluster.eks.roles.permissions_boundary.clone(),
        tags: context.names.tags(&format!("role-{purpose}")),
    }
}

/// The ARNs of policies of AWS.
fn managed(context: &Context, names: &[&str]) -> BTreeSet<String> {
    let partition = context.cluster.eks.partition();
    names.iter().map(|name| format!("arn:{partition}:iam::aws:policy/{name}")).collect()
}

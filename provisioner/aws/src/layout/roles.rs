//! The roles that are made, and what they are for.

use std::collections::BTreeSet;

use provisioner_spec::{EksAddon, IamRole, PodIdentity, ServiceAccount};
use serde_json::{Map, Value};

use crate::resources::role::{Role, Trust};
use crate::spec_tags::Tags;
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
        let document = document(&eks.roles.node_policy);
        roles.push(Role { document, ..role(context, NODE_ROLE, trust, policies) });
    }
    if eks.fargate_profiles.iter().any(|profile| profile.role == IamRole::Create) {
        let policies = managed(context, &FARGATE_POLICIES);
        let (region, cluster) = (eks.region.clone(), context.cluster.name.clone());
        let trust = Trust::FargatePods { region, cluster };
        roles.push(role(context, FARGATE_ROLE, trust, policies));
    }
    roles.extend(eks.service_accounts.iter().map(|one| of_service_account(context, one)));
    let pods = eks.pod_identities.iter().filter(|one| one.role == IamRole::Create);
    roles.extend(pods.map(|one| of_pods(context, one)));
    let addons = eks.addons.iter().filter(|(_, addon)| addon.has_role());
    roles.extend(addons.map(|(name, addon)| of_addon(context, name, addon)));
    roles
}

fn of_service_account(context: &Context, spec: &ServiceAccount) -> Role {
    let (namespace, name) = (&spec.namespace, &spec.name);
    let purpose = format!("sa-{namespace}-{name}");
    let trust = match spec.subject_pattern.clone() {
        Some(pattern) => Trust::ServiceAccounts { pattern },
        None => Trust::ServiceAccount { namespace: namespace.clone(), name: name.clone() },
    };
    let boundary = spec.permissions_boundary.as_ref();
    let made = allowed(context, &purpose, trust, (&spec.policies, &spec.policy), boundary);
    called(context, made, spec.role_name.as_ref(), &spec.tags)
}

fn of_pods(context: &Context, spec: &PodIdentity) -> Role {
    let purpose = pod_purpose(&spec.namespace, &spec.service_account);
    let boundary = spec.permissions_boundary.as_ref();
    let made = allowed(context, &purpose, Trust::pods(), (&spec.policies, &spec.policy), boundary);
    called(context, made, spec.role_name.as_ref(), &spec.tags)
}

fn of_addon(context: &Context, name: &str, spec: &EksAddon) -> Role {
    let boundary = spec.permissions_boundary.as_ref();
    let allows = (spec.policies.as_slice(), &spec.policy);
    allowed(context, &addon_purpose(name), Trust::pods(), allows, boundary)
}

/// A role with policies by their ARNs and a document of its own, within a boundary of its own if it has one.
fn allowed(
    context: &Context,
    purpose: &str,
    trust: Trust,
    (policies, policy): (&[String], &Map<String, Value>),
    boundary: Option<&String>,
) -> Role {
    let made = role(context, purpose, trust, policies.iter().cloned().collect());
    Role { document: document(policy), boundary: boundary.cloned().or(made.boundary), ..made }
}

/// The role under a name and with tags of its own.
fn called(context: &Context, made: Role, name: Option<&String>, tags: &Tags) -> Role {
    let tags = role_tags(context, &made.purpose, tags);
    Role { name: name.cloned().unwrap_or(made.name), tags, ..made }
}

fn document(policy: &Map<String, Value>) -> Option<Value> {
    (!policy.is_empty()).then(|| Value::Object(policy.clone()))
}

fn role_tags(context: &Context, purpose: &str, own: &Tags) -> Tags {
    context.names.tags_with(&format!("role-{purpose}"), own)
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
        tags: role_tags(context, purpose, &Tags::new()),
    }
}

/// The ARNs of policies of AWS.
fn managed(context: &Context, names: &[&str]) -> BTreeSet<String> {
    let partition = context.cluster.eks.partition();
    names.iter().map(|name| format!("arn:{partition}:iam::aws:policy/{name}")).collect()
}

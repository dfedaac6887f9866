//! Policies that eksctl knows by the name of the program that needs them.

use super::rest::warn;
use crate::{
    AddonIdentity,
    decode::{Report, cursor::Cursor},
    model::{EksCluster, PodIdentity},
};
use serde_json::{Map, Value};

/// Where what such a program needs is written down.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// In a policy of AWS's own.
    Aws(&'static str),
    /// With the addon.
    Addon(&'static str),
    /// In a text, as its makers document it.
    Text(&'static str),
}

const ALL: [(&str, Source); 7] = [
    ("autoScaler", Source::Addon("cluster-autoscaler")),
    ("awsLoadBalancerController", Source::Addon("aws-load-balancer-controller")),
    ("certManager", Source::Text(include_str!("well_known/cert-manager.json"))),
    ("ebsCSIController", Source::Aws("service-role/AmazonEBSCSIDriverPolicy")),
    ("efsCSIController", Source::Aws("service-role/AmazonEFSCSIDriverPolicy")),
    ("externalDNS", Source::Text(include_str!("well_known/external-dns.json"))),
    ("imageBuilder", Source::Aws("AmazonEC2ContainerRegistryPowerUser")),
];

/// A pod identity with what such names allow it: the documents name the cluster, which is not known yet.
#[derive(Debug)]
pub(super) struct OpenIdentity {
    pub(super) identity: PodIdentity,
    pub(super) allowed: Allowed,
}

#[derive(Debug, Default)]
pub(super) struct Allowed {
    policies: Vec<&'static str>,
    documents: Vec<AddonIdentity>,
}

/// Reads the names that are on.
pub(super) fn well_known(at: &Cursor<'_>) -> Allowed {
    at.map(|fields| {
        let mut allowed = Allowed::default();
        for (name, source) in ALL {
            let Some(at) = fields.get(name).filter(|at| at.boolean() == Some(true)) else {
                continue;
            };
            match (source, document(source, at.report)) {
                (Source::Aws(policy), _) => allowed.policies.push(policy),
                (_, Some(document)) => allowed.documents.push(document),
                (_, None) => warn(at, name, "there is no such addon here"),
            }
        }
        allowed
    })
}

fn document(source: Source, report: &Report) -> Option<AddonIdentity> {
    match source {
        Source::Aws(_) => None,
        Source::Addon(name) => report.addons().get(name)?.identity.clone(),
        Source::Text(text) => Some(AddonIdentity {
            namespace: String::new(),
            service_account: String::new(),
            policy: serde_json::from_str(text).ok()?,
        }),
    }
}

impl Allowed {
    pub(super) fn is_empty(&self) -> bool {
        self.policies.is_empty() && self.documents.is_empty()
    }
}

impl OpenIdentity {
    pub(super) fn within(self, cluster: &EksCluster) -> PodIdentity {
        let Self { mut identity, allowed } = self;
        let arn = |name: &str| format!("arn:{}:iam::aws:policy/{name}", cluster.eks.partition());
        identity.policies.extend(allowed.policies.into_iter().map(arn));
        for document in allowed.documents {
            add(&mut identity.policy, document.policy_for(cluster));
        }
        identity
    }
}

/// Adds the statements of a document to those of another.
fn add(policy: &mut Map<String, Value>, mut other: Map<String, Value>) {
    if policy.is_empty() {
        *policy = other;
        return;
    }
    let own = policy.entry("Statement").or_insert_with(|| Value::Array(Vec::new()));
    // A single one need not be a list.
    if !own.is_array() {
        *own = Value::Array(vec![own.take()]);
    }
    if let (Value::Array(own), Some(Value::Array(others))) = (own, other.remove("Statement")) {
        own.extend(others);
    }
}

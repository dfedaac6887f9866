use super::{
    Charts, Cluster, Eks, EksCluster, Hook, Hosts, Kubernetes, Network, Runtime, Security,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a spec describes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Spec {
    Hosts(Box<Cluster>),
    Eks(Box<EksCluster>),
}

impl Spec {
    /// The name of the cluster.
    pub fn name(&self) -> &str {
        match self {
            Self::Hosts(cluster) => &cluster.name,
            Self::Eks(cluster) => &cluster.name,
        }
    }

    pub(crate) fn named(mut self, name: String) -> Self {
        match &mut self {
            Self::Hosts(cluster) => cluster.name = name,
            Self::Eks(cluster) => cluster.name = name,
        }
        self
    }
}

/// One cluster, as its spec describes it: on `hosts`, or on `eks`.
#[derive(JsonSchema)]
#[schemars(rename = "Cluster", rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code)]
pub(crate) struct SpecSchema {
    /// Kubernetes itself: its version, where it comes from, and settings of its components. On EKS,
    /// the version alone, and not even that is needed.
    kubernetes: Kubernetes,
    /// The container runtime of the hosts.
    runtime: Option<Runtime>,
    /// The cluster's own network: its address ranges, plugin, service proxy and DNS. On EKS,
    /// `serviceCidr` alone.
    network: Option<Network>,
    /// What makes the cluster harder to attack, and attacks easier to see.
    security: Option<Security>,
    /// The machines, and how to reach them.
    hosts: Option<Hosts>,
    /// A cluster on EKS, instead of `hosts`: AWS runs the control plane.
    eks: Option<Eks>,
    /// Playbooks of one's own, before or after a stage of `up`; those at one place in this order.
    hooks: Option<Vec<Hook>>,
    /// Where Helm charts, and helm itself, come from.
    charts: Option<Charts>,
    /// What is installed into the cluster, by name. Each has settings of its own, and an addon that
    /// is named is installed unless it says `enabled: false`.
    addons: Option<BTreeMap<String, Value>>,
}

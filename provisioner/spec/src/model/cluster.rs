use super::{
    Addon, Charts, ExternalEtcd, Hook, Host, Hosts, Ingress, Kubernetes, Network, Runtime, Security,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// The `apiVersion` of the specs that this version reads.
pub const API_VERSION: &str = "provisioner.dev/v1alpha1";
/// The `kind` of the specs that this version reads.
pub const KIND: &str = "Cluster";

/// One cluster on hosts, as its spec describes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    // The document keeps it in `metadata`.
    #[serde(skip_serializing)]
    pub name: String,
    /// Kubernetes itself: its version, where it comes from, and settings of its components.
    pub kubernetes: Kubernetes,
    /// The container runtime of the hosts.
    pub runtime: Runtime,
    /// The cluster's own network: its address ranges, plugin, service proxy and DNS.
    pub network: Network,
    /// What makes the cluster harder to attack.
    pub security: Security,
    /// The machines, and how to reach them.
    pub hosts: Hosts,
    /// Playbooks of one's own, in the order in which they run where several are at one place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    /// Where Helm charts, and helm itself, come from.
    pub charts: Charts,
    /// What is installed into the cluster, by name.
    pub addons: BTreeMap<String, Addon>,
}

impl Cluster {
    /// Every host: the nodes, then the hosts that are load balancers only, in the order of the spec.
    pub fn all_hosts(&self) -> impl Iterator<Item = &Host> {
        self.nodes().chain(&self.hosts.load_balancers)
    }

    /// The hosts that are nodes of the cluster: control planes, then workers, then edge nodes, each in
    /// the order of the spec.
    pub fn nodes(&self) -> impl Iterator<Item = &Host> {
        self.control_planes().iter().chain(self.workers()).chain(self.edge_nodes())
    }

    /// The host of that name.
    pub fn host(&self, name: &str) -> Option<&Host> {
        self.all_hosts().find(|host| host.name == name)
    }

    /// The control planes; a parsed cluster has at least one.
    pub fn control_planes(&self) -> &[Host] {
        &self.hosts.control_plane
    }

    /// The control plane that is named first in the spec.
    pub fn first_control_plane(&self) -> Option<&Host> {
        self.control_planes().first()
    }

    pub fn workers(&self) -> &[Host] {
        &self.hosts.workers
    }

    pub fn edge_nodes(&self) -> &[Host] {
        self.hosts.edge.as_ref().map_or(&[], |edge| &edge.nodes)
    }

    /// Who takes in the traffic that comes to the edge nodes, if anybody does.
    pub fn ingress(&self) -> Option<Ingress> {
        let edge = self.hosts.edge.as_ref()?;
        let enabled =
            |ingress: &Ingress| self.addons.get(ingress.addon()).is_some_and(|addon| addon.enabled);
        edge.ingress.or_else(|| [Ingress::Istio, Ingress::Traefik].into_iter().find(enabled))
    }

    /// The hosts that balance the load of the API behind the VIP: those that are there for that, or
    /// the control planes; none without a VIP.
    pub fn load_balancers(&self) -> &[Host] {
        match self.hosts.api_endpoint.vip {
            None => &[],
            Some(_) if self.has_separate_load_balancers() => &self.hosts.load_balancers,
            Some(_) => self.control_planes(),
        }
    }

    /// Address and port at which clients reach the API through something that is no host of the spec.
    pub fn foreign_endpoint(&self) -> Option<(&str, u16)> {
        let endpoint = &self.hosts.api_endpoint;
        let is_host = |host: &Host| host.address.to_string() == endpoint.address;
        let is_own = endpoint.vip.is_some() || self.control_planes().iter().any(is_host);
        (!is_own).then_some((endpoint.address.as_str(), endpoint.port))
    }

    /// The etcd that runs elsewhere, if the control planes have none of their own.
    pub fn external_etcd(&self) -> Option<&ExternalEtcd> {
        self.kubernetes.etcd.external.as_ref()
    }

    /// Whether there are hosts for nothing but balancing the load of the API.
    pub fn has_separate_load_balancers(&self) -> bool {
        !self.hosts.load_balancers.is_empty()
    }
}

//! The API's address, where the spec has another one than the cluster that stands.

use std::collections::BTreeSet;
use std::net::IpAddr;

use provisioner_spec::{API_SERVER_PORT, Cluster, Host, Role};

use crate::authority::{authority, authority_of};
use crate::facts::Facts;
use crate::inventory::Inventory;

/// An endpoint that changes: until every kubeconfig leads to the one of the spec, the former ones are
/// answered as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Moving {
    /// `HOST:PORT` as kubeconfigs have it, in the order of the hosts; several, where the spec changed again
    /// before a run was through.
    pub(crate) former: Vec<String>,
    /// What keepalived carries and `HAProxy` listens on for them.
    pub(crate) vips: BTreeSet<IpAddr>,
    pub(crate) ports: BTreeSet<u16>,
}

impl Moving {
    /// None where every kubeconfig of the cluster's nodes leads to the endpoint of the spec.
    pub(crate) fn of(cluster: &Cluster, inventory: &Inventory) -> Option<Self> {
        let mut former: Vec<String> = Vec::new();
        for host in cluster.nodes() {
            let facts = inventory.facts.get(&host.name);
            for server in facts.into_iter().flat_map(|facts| strays(cluster, host, facts)) {
                if !former.contains(&server) {
                    former.push(server);
                }
            }
        }
        let balancers = cluster.load_balancers().iter();
        let facts = balancers.filter_map(|host| inventory.facts.get(&host.name));
        let mut vips: BTreeSet<IpAddr> =
            facts.flat_map(|facts| &facts.kubernetes.vips).copied().collect();
        let ports = former.iter().filter_map(|former| former.rsplit_once(':')?.1.parse().ok());
        // Without a VIP of ours nobody came by our HAProxy.
        let mut ports: BTreeSet<u16> = ports.filter(|_| !vips.is_empty()).collect();
        let endpoint = &cluster.hosts.api_endpoint;
        ports.remove(&endpoint.port);
        vips.retain(|vip| Some(*vip) != endpoint.vip);
        (!former.is_empty()).then_some(Self { former, vips, ports })
    }

    /// The names and addresses that the API servers are still called by.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let hosts = self.former.iter().filter_map(|former| former.rsplit_once(':'));
        let hosts = hosts.map(|(host, _)| host.trim_matches(['[', ']']).to_owned());
        hosts.chain(self.vips.iter().map(IpAddr::to_string))
    }
}

/// Where kubeconfigs of a node lead that do not lead to the endpoint of the spec.
pub(crate) fn strays(cluster: &Cluster, host: &Host, facts: &Facts) -> Vec<String> {
    if facts.cluster.as_ref() != Some(&cluster.name) {
        return Vec::new();
    }
    let endpoint = &cluster.hosts.api_endpoint;
    let wanted = authority(&endpoint.address, endpoint.port);
    let own = authority(&host.address.to_string(), API_SERVER_PORT);
    let is_stray = |server: &String| *server != wanted;
    // From 1.33 on the kubelet of a control plane talks to the API server beside it (KEP-4471).
    let is_beside = |server: &String| host.role == Role::ControlPlane && *server == own;
    let admin = facts.kubernetes.admin_server.iter().map(|url| authority_of(url));
    let kubelet = facts.kubernetes.kubelet_server.iter().map(|url| authority_of(url));
    let mut found: Vec<String> =
        admin.chain(kubelet.filter(|server| !is_beside(server))).filter(is_stray).collect();
    found.dedup();
    found
}

//! What addons see of the cluster that they are for. The reference is docs/addons.md.

use std::collections::BTreeMap;
use std::net::IpAddr;

use provisioner_spec::{
    Addon, AddonIdentity, Cluster, EksCluster, Host, Ingress, SUPPORTED_MINORS,
};
use semver::Version;
use serde_json::{Value, json};

/// A cluster as its addons see it, wherever it is.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// What charts are rendered for where there is no cluster to ask.
    pub(crate) version: Version,
    /// What the spec says about addons.
    pub(crate) addons: BTreeMap<String, Addon>,
    /// Pods do not know the hosts by their names.
    pub(crate) addresses: BTreeMap<String, IpAddr>,
    /// The roles that service accounts assume, by `namespace/name`: their ARNs.
    roles: BTreeMap<String, String>,
    /// What does not depend on the addon; conditions that imply one see this.
    pub(crate) context: Value,
}

impl From<&Cluster> for Surroundings {
    fn from(cluster: &Cluster) -> Self {
        let address = |host: &Host| (host.name.clone(), host.address);
        Self {
            version: cluster.kubernetes.version.clone(),
            addons: cluster.addons.clone(),
            addresses: cluster.all_hosts().map(address).collect(),
            roles: BTreeMap::new(),
            context: on_hosts(cluster),
        }
    }
}

impl From<&EksCluster> for Surroundings {
    fn from(cluster: &EksCluster) -> Self {
        let version = cluster.kubernetes.version.map(Version::from);
        Self {
            version: version.unwrap_or_else(|| Version::new(1, *SUPPORTED_MINORS.end(), 0)),
            addons: cluster.addons.clone(),
            addresses: BTreeMap::new(),
            roles: roles(cluster),
            context: on_eks(cluster),
        }
    }
}

impl Surroundings {
    /// The ARN of the role that the service account of an addon assumes. None where its pods are given
    /// their role by EKS.
    pub(crate) fn role_of(&self, identity: &AddonIdentity) -> Option<&String> {
        self.roles.get(&format!("{}/{}", identity.namespace, identity.service_account))
    }
}

fn roles(cluster: &EksCluster) -> BTreeMap<String, String> {
    let accounts = cluster.eks.service_accounts.iter();
    let role = |one: &provisioner_spec::ServiceAccount| {
        let role = cluster.service_account_role(&one.namespace, &one.name)?;
        Some((format!("{}/{}", one.namespace, one.name), role))
    };
    accounts.filter_map(role).collect()
}

fn on_hosts(cluster: &Cluster) -> Value {
    let network = &cluster.network;
    let edge = cluster.hosts.edge.as_ref();
    json!({
        "platform": "hosts",
        "cluster": {"name": cluster.name},
        "aws": {"region": null, "vpc": null},
        "kubernetes": {
            "version": cluster.kubernetes.version.to_string(),
            "minor": cluster.kubernetes.version.minor,
            "imageRepository": cluster.kubernetes.image_repository,
            "externalEtcd": cluster.external_etcd().is_some(),
        },
        "network": {
            "podCidr": network.pod_cidr,
            "serviceCidr": network.service_cidr,
            "ipv4": family(cluster, false),
            "ipv6": family(cluster, true),
            "plugin": network.plugin,
            "proxyMode": network.proxy.mode,
            "dnsDomain": network.dns.domain,
            "dnsAddress": network.dns.address,
            "nodeLocalDns": network.dns.node_local,
            "dnsManaged": network.dns.is_managed(),
            "hostsNetwork": cluster.hosts.vip_network(),
        },
        "endpoint": {
            "address": cluster.hosts.api_endpoint.address,
            "port": cluster.hosts.api_endpoint.port,
        },
        "edge": {
            "vip": edge.and_then(|edge| edge.vip),
            "present": edge.is_some(),
            "proxyProtocol": edge.is_some_and(|edge| edge.proxy_protocol),
            "ingress": cluster.ingress().map(Ingress::addon),
        },
        "nodes": cluster.nodes().count(),
        "hosts": list(cluster.all_hosts()),
        "controlPlanes": list(cluster.control_planes().iter()),
        "workers": list(cluster.workers().iter()),
        "edges": list(cluster.edge_nodes().iter()),
        "loadBalancers": list(load_balancers(cluster)),
    })
}

/// One family of addresses, if pods have it: their range, and the hosts' network if that is of it.
fn family(cluster: &Cluster, is_ipv6: bool) -> Value {
    let pods = cluster.network.pod_cidr.all().find(|range| range.addr().is_ipv6() == is_ipv6);
    let hosts = cluster.hosts.vip_network();
    let hosts = hosts.filter(|network| network.addr().is_ipv6() == is_ipv6);
    pods.map_or(Value::Null, |pods| json!({"podCidr": pods, "hostsNetwork": hosts}))
}

/// The same keys, so that one template is for both. What AWS decides on is null.
fn on_eks(cluster: &EksCluster) -> Value {
    let version = cluster.kubernetes.version;
    json!({
        "platform": "eks",
        "cluster": {"name": cluster.name},
        "aws": {"region": cluster.eks.region, "vpc": cluster.eks.vpc.id},
        "kubernetes": {
            "version": version.map(|version| version.to_string()),
            "minor": version.map(|version| version.minor),
            "imageRepository": null,
            "externalEtcd": true,
        },
        "network": {
            "podCidr": null,
            "serviceCidr": cluster.network.service_cidr,
            "ipv4": {"podCidr": null, "hostsNetwork": null},
            "ipv6": null,
            "plugin": "vpc-cni",
            "proxyMode": "iptables",
            "dnsDomain": "cluster.local",
            "dnsAddress": null,
            "nodeLocalDns": false,
            "dnsManaged": false,
            "hostsNetwork": null,
        },
        "endpoint": {"address": null, "port": 443},
        "edge": {"vip": null, "present": false, "proxyProtocol": false, "ingress": null},
        "nodes": cluster.eks.node_groups.iter().map(|group| group.desired).sum::<u32>(),
        "hosts": [],
        "controlPlanes": [],
        "workers": [],
        "edges": [],
        "loadBalancers": [],
    })
}

/// The hosts with a `HAProxy` of ours.
fn load_balancers(cluster: &Cluster) -> impl Iterator<Item = &Host> {
    let edges = if cluster.ingress().is_some() { cluster.edge_nodes() } else { &[] };
    cluster.load_balancers().iter().chain(edges)
}

fn list<'a>(hosts: impl Iterator<Item = &'a Host>) -> Vec<Value> {
    let one = |host: &Host| json!({"name": host.name, "address": host.address, "role": host.role});
    hosts.map(one).collect()
}

use super::Cidrs;
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::BTreeMap, net::IpAddr};

/// The cluster's own network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Network {
    /// The range of the pods' addresses; each node takes a /24 (IPv6: a /64) of it. For dual stack one
    /// of each family, separated by a comma, that of the hosts' `address` first.
    #[schemars(with = "Option<String>", extend("default" = "10.244.0.0/16"))]
    pub pod_cidr: Cidrs,
    /// The range of the services' addresses; for dual stack one of each family, as in `podCidr`.
    #[schemars(with = "Option<String>", extend("default" = "10.96.0.0/12"))]
    pub service_cidr: Cidrs,
    /// The network plugin.
    #[schemars(with = "Option<NetworkPlugin>", extend("default" = "calico"))]
    pub plugin: NetworkPlugin,
    /// How services reach their pods.
    #[schemars(with = "Option<Proxy>")]
    pub proxy: Proxy,
    /// The DNS service of the cluster.
    #[schemars(with = "Option<Dns>")]
    pub dns: Dns,
}

impl Network {
    /// Whether pods and services have addresses of both families.
    pub fn is_dual_stack(&self) -> bool {
        self.pod_cidr.is_dual_stack() && self.service_cidr.is_dual_stack()
    }
}

/// A network plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum NetworkPlugin {
    /// with network policies, on any network; an addon of that name, which may have settings.
    Calico,
    /// the standard plugin of that name with a route per node, for hosts on one common network.
    Bridge,
    /// one's own is installed by other means.
    None,
}

impl NetworkPlugin {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calico => "calico",
            Self::Bridge => "bridge",
            Self::None => "none",
        }
    }
}

/// Settings of kube-proxy that concern the whole cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Proxy {
    /// What kube-proxy programs in the kernel. Default: `nftables` from 1.33 on, where it is
    /// generally available (KEP-3866); `iptables` before.
    #[schemars(with = "Option<ProxyMode>")]
    pub mode: ProxyMode,
}

/// What kube-proxy programs in the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ProxyMode {
    /// the kernel's IP virtual server; deprecated since 1.35, off by default from 1.40 on, gone in
    /// 1.43 (KEP-5495).
    Ipvs,
    /// from 1.31 on; wants kernel 5.13 and nft 1.0.1.
    Nftables,
    /// in every version.
    Iptables,
}

/// The DNS service of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Dns {
    /// Whether the cluster has one (`CoreDNS`).
    #[schemars(with = "Option<bool>", extend("default" = true))]
    pub enabled: bool,
    /// The domain of the cluster's names.
    #[schemars(with = "Option<String>", extend("default" = "cluster.local"))]
    pub domain: String,
    /// The address of the DNS service. Default: the tenth of `serviceCidr`, of its first range.
    #[schemars(with = "Option<IpAddr>")]
    pub address: IpAddr,
    /// Domains with name servers of their own.
    #[schemars(with = "Option<BTreeMap<String, Vec<IpAddr>>>")]
    pub stub_domains: BTreeMap<String, Vec<IpAddr>>,
    /// The name servers for everything else. Default: those of the hosts.
    #[schemars(with = "Option<Vec<IpAddr>>")]
    pub upstreams: Vec<IpAddr>,
    /// Names with addresses of their own, as in a hosts file.
    #[schemars(with = "Option<BTreeMap<String, Vec<IpAddr>>>")]
    pub hosts: BTreeMap<String, Vec<IpAddr>>,
    /// How many pods of it there are, each on a node of its own where there are enough. Default: two,
    /// as kubeadm has it.
    #[schemars(range(min = 1, max = 100))]
    pub replicas: Option<u32>,
    /// Whether every node runs a DNS cache; an addon, `nodelocaldns`, which may have settings.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub node_local: bool,
}

impl Dns {
    /// Whether anything is said about which names it knows; otherwise it stays as kubeadm has made it.
    pub fn is_managed(&self) -> bool {
        !self.stub_domains.is_empty() || !self.upstreams.is_empty() || !self.hosts.is_empty()
    }
}

use super::{Host, Ssh};
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Serialize;
use std::net::IpAddr;

/// The port that an API server itself listens on.
pub const API_SERVER_PORT: u16 = 6443;

/// The machines, and how to reach them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Hosts {
    /// How to reach the hosts; each may differ in its own `ssh`.
    #[schemars(with = "Option<Ssh>")]
    pub ssh: Ssh,
    /// The hosts' network, in which the VIPs lie. Default: the /24 (IPv6: the /64) of the first
    /// control plane, as far as VIPs are concerned; of the first load balancer, as far as that of the
    /// API is.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<IpNet>,
    /// Where the Kubernetes API is reached.
    #[schemars(with = "Option<ApiEndpoint>")]
    pub api_endpoint: ApiEndpoint,
    /// The control planes: one, or an odd number behind a VIP or an external load balancer.
    #[schemars(length(min = 1))]
    pub control_plane: Vec<Host>,
    /// Hosts that carry the VIP in place of the control planes, with `keepalived` and `haproxy`. They are
    /// no nodes of the cluster, and have no labels and taints.
    #[schemars(with = "Option<Vec<Host>>")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load_balancers: Vec<Host>,
    /// The nodes for ordinary pods.
    #[schemars(with = "Option<Vec<Host>>")]
    pub workers: Vec<Host>,
    /// The nodes that take in traffic from outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge: Option<Edge>,
}

impl Hosts {
    /// The network that VIPs lie in: `network`, or the /24 (IPv6: the /64) around the first
    /// control plane; a parsed cluster has one.
    pub fn vip_network(&self) -> Option<IpNet> {
        self.network_around(self.control_plane.first())
    }

    /// The network that the VIP of the API lies in: with load balancers, it is theirs.
    pub fn api_vip_network(&self) -> Option<IpNet> {
        self.network_around(self.load_balancers.first().or(self.control_plane.first()))
    }

    fn network_around(&self, host: Option<&Host>) -> Option<IpNet> {
        let around = || {
            let address = host?.address;
            IpNet::new(address, if address.is_ipv4() { 24 } else { 64 }).ok()
        };
        Some(self.network.or_else(around)?.trunc())
    }
}

/// Where the Kubernetes API is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ApiEndpoint {
    /// The address that the control planes share (`keepalived` and `haproxy` run on each of them), or
    /// the `loadBalancers` where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vip: Option<IpAddr>,
    /// The name or address that clients use. Default: the VIP; without one, the address of the only
    /// control plane.
    #[schemars(with = "Option<String>")]
    pub address: String,
    /// The port that clients use. Default: 8443 with a VIP on the control planes, where the API server
    /// itself has 6443; 6443 otherwise.
    #[schemars(with = "Option<u16>", range(min = 1))]
    pub port: u16,
    /// The network interface that carries the VIP. Default: found on each host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// The VRRP virtual router id, unique on the network. Default: the last byte of the VIP.
    #[schemars(range(min = 1, max = 255))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub router_id: Option<u8>,
}

/// The nodes that take in traffic from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Edge {
    /// The address that they share: keepalived moves it between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vip: Option<IpAddr>,
    /// The network interface that carries the VIP. Default: found on each host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// The VRRP virtual router id, unique on the network. Default: the last byte of the VIP.
    #[schemars(range(min = 1, max = 255))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub router_id: Option<u8>,
    /// Which addon takes the traffic that comes in at ports 80 and 443 of the edge nodes, where `haproxy`
    /// passes it on; changing it switches within seconds. Default: the one of them that is enabled,
    /// `istio` where both are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<Ingress>,
    /// Whether the client's address is passed on, by the PROXY protocol.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub proxy_protocol: bool,
    /// The hosts.
    pub nodes: Vec<Host>,
}

/// Who takes in traffic from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Ingress {
    /// Istio's gateway.
    Istio,
    /// Traefik.
    Traefik,
}

impl Ingress {
    /// The addon's name.
    pub fn addon(self) -> &'static str {
        match self {
            Self::Istio => "istio",
            Self::Traefik => "traefik",
        }
    }
}

use super::{Ssh, Taint};
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::BTreeMap, fmt, net::IpAddr};

/// The label that edge nodes carry, and the key of the taint that they have by default.
pub const EDGE_ROLE: &str = "node-role.kubernetes.io/edge";

/// One machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Host {
    /// Its name, in the cluster and as its own host name: lower-case letters, digits, `-` and `.`
    /// (RFC 1123).
    pub name: String,
    /// Its address on the hosts' network.
    pub address: IpAddr,
    /// Its address of the other family, in a cluster with dual stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary_address: Option<IpAddr>,
    // Follows from the list that the host is in.
    #[serde(skip_serializing)]
    #[schemars(skip)]
    pub role: Role,
    /// What differs from `hosts.ssh` for this host.
    #[schemars(with = "Option<Ssh>")]
    pub ssh: Ssh,
    /// Labels of the node.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub labels: BTreeMap<String, String>,
    /// Taints of the node, each `key=value:Effect` or a map. Default for edge nodes:
    /// `node-role.kubernetes.io/edge:NoSchedule`.
    #[schemars(with = "Option<Vec<Taint>>")]
    pub taints: Vec<Taint>,
    /// The network interface that has the address. Default: found on the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
}

impl Host {
    /// Its addresses, that of the cluster's primary family first.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        std::iter::once(self.address).chain(self.secondary_address)
    }
}

/// What a host is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    ControlPlane,
    Worker,
    Edge,
    /// In front of the API servers, and no node of the cluster.
    LoadBalancer,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::ControlPlane, Self::Worker, Self::Edge, Self::LoadBalancer];

    /// The name that playbooks use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ControlPlane => "control-plane",
            Self::Worker => "worker",
            Self::Edge => "edge",
            Self::LoadBalancer => "load-balancer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// What one host found out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// Whether the script came to its end.
    pub complete: bool,
    /// Ports on which a listener stood ready for the other hosts.
    pub listening: BTreeSet<u16>,
    /// Ports of services on which nobody listened any more when all had probed.
    pub ended: BTreeSet<u16>,
    pub paths: Vec<Path>,
    /// Who answers for an address on the hosts' network.
    pub neighbours: BTreeMap<IpAddr, Neighbour>,
    /// The VRRP routers that were heard; `None` where there was nothing to hear them with.
    pub routers: Option<Vec<Vrrp>>,
    /// By the address that was asked.
    pub registries: BTreeMap<String, Registry>,
    /// By the endpoint of an etcd that runs elsewhere.
    pub etcd: BTreeMap<String, Etcd>,
    /// What the kernel says of the clock.
    pub synchronized: Option<bool>,
}

/// A way to a port of another host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Path {
    /// The other host's name in the spec.
    pub to: String,
    pub port: u16,
    pub outcome: Outcome,
}

/// What became of a TCP connection (connect(2)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Open,
    /// Nobody listens, or a firewall answers in their stead: from outside that is the same.
    Refused,
    /// No route, or a firewall says so.
    Unreachable,
    /// No answer at all.
    TimedOut,
    /// There was nothing to test it with.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Neighbour {
    Silent,
    /// With this MAC address.
    Answers(String),
    Unknown,
}

/// A VRRP advertisement (RFC 9568).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Vrrp {
    pub id: u8,
    pub from: IpAddr,
}

/// What a member of an etcd that runs elsewhere answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Etcd {
    /// It is well; whether a cluster's state is there, where that is told.
    Answers(Option<bool>),
    /// With the reason.
    Refuses(String),
    /// There was nothing to ask with.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Registry {
    /// It answers; where it wants a token first, whether it has the image stays open.
    Answers,
    Missing,
    /// With the reason.
    Silent(String),
    Unknown,
}

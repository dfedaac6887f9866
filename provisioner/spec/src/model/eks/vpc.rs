use super::ControlPlaneSubnets;
use ipnet::Ipv4Net;
use schemars::JsonSchema;
use serde::Serialize;
use std::net::Ipv4Addr;

/// The network of the cluster: one that is made from `cidr`, with a public and a private subnet in
/// each zone; or, with `id`, one that exists and is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Vpc {
    /// The VPC that exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its subnets that the cluster uses, in two zones at least unless others are named for the control plane.
    #[schemars(with = "Option<Subnets>")]
    #[serde(skip_serializing_if = "Subnets::is_empty")]
    pub subnets: Subnets,
    /// In which subnets the control plane is, in two zones at least: `all` of the cluster, the `private` ones, or
    /// these of the VPC that exists, which need not be among `subnets`. It stays in the zones that it was made in;
    /// subnets in others are for nodes alone. Default: `all`.
    #[schemars(with = "Option<ControlPlaneSubnets>")]
    #[serde(skip_serializing_if = "ControlPlaneSubnets::is_all")]
    pub control_plane_subnets: ControlPlaneSubnets,
    /// The addresses of the VPC that is made: a /16 to a /24. Default: `192.168.0.0/16`.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr: Option<Ipv4Net>,
    /// How private subnets reach the internet, in the VPC that is made. Default: `single`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat: Option<Nat>,
    /// What nodes in the VPC that is made are called; those that run keep their names. Default: `ip-name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname_type: Option<HostnameType>,
    /// Further security groups of the control plane; they must exist.
    #[schemars(with = "Option<Vec<String>>")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
}

/// Subnets that exist: each by its id, by its range in the VPC, or by its zone where it is the only one there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Subnets {
    /// With a route to an internet gateway.
    #[schemars(with = "Option<Vec<String>>")]
    pub public: Vec<String>,
    /// Without one.
    #[schemars(with = "Option<Vec<String>>")]
    pub private: Vec<String>,
}

/// How private subnets reach the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Nat {
    /// Not at all.
    None,
    /// Through one gateway for all zones.
    Single,
    /// Through a gateway in each zone.
    PerZone,
}

/// What instances are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HostnameType {
    /// By their addresses: `ip-192-168-1-2.us-west-2.compute.internal`.
    #[default]
    IpName,
    /// By their ids: `i-0a1b2c3d4e5f67890.us-west-2.compute.internal`.
    ResourceName,
}

impl HostnameType {
    pub const ALL: [Self; 2] = [Self::IpName, Self::ResourceName];

    /// The word that AWS uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IpName => "ip-name",
            Self::ResourceName => "resource-name",
        }
    }
}

impl Vpc {
    /// The range of a VPC that is made.
    pub const DEFAULT_CIDR: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16);

    /// Whether it exists already, and so is never changed.
    pub fn is_imported(&self) -> bool {
        self.id.is_some()
    }

    pub fn nat(&self) -> Nat {
        self.nat.unwrap_or(Nat::Single)
    }

    pub fn cidr(&self) -> Ipv4Net {
        self.cidr.unwrap_or(Self::DEFAULT_CIDR)
    }
}

impl Subnets {
    pub fn is_empty(&self) -> bool {
        self.public.is_empty() && self.private.is_empty()
    }

    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.public.iter().chain(&self.private)
    }
}

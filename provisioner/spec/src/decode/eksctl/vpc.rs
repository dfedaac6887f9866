use super::rest::{Rest, not_converted, warn};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{EVERYWHERE, cidr_v4, hostname_type, id, ids, zone},
        fields::Fields,
    },
    diagnostic::Fault,
    model::{ControlPlaneSubnets, EndpointAccess, Nat, Subnets, Vpc},
    syntax,
};

const OF_IPV4: &str = "clusters made here are of IPv4";
const REST: [Rest; 6] = [
    ("autoAllocateIPv6", OF_IPV4),
    ("controlPlaneEgressMode", "the control plane goes out as AWS lets it"),
    ("extraIPv6CIDRs", OF_IPV4),
    ("ipv6Cidr", OF_IPV4),
    ("ipv6Pool", OF_IPV4),
    ("manageSharedNodeSecurityGroupRules", "no rule of a security group that exists is changed"),
];

pub(super) struct Network {
    pub(super) vpc: Vpc,
    pub(super) endpoint: EndpointAccess,
    pub(super) subnets: Vec<NamedSubnet>,
    /// The security group of nodes that EKS does not manage.
    pub(super) shared_group: Option<String>,
}

/// A subnet that exists, under the name that the file has for it; known by its id, its range, or its zone.
#[derive(Clone, Debug)]
pub(super) struct NamedSubnet {
    pub(super) name: String,
    pub(super) id: String,
}

pub(super) fn vpc(at: &Cursor<'_>) -> Network {
    at.map(|fields| {
        let public_cidrs =
            fields.optional("publicAccessCIDRs", |at| Some(at.list(cidr_v4))).unwrap_or_default();
        let private_cidrs =
            fields.optional("extraCIDRs", |at| Some(at.list(cidr_v4))).unwrap_or_default();
        let endpoint = fields.section("clusterEndpoints", endpoint);
        let vpc_id = fields.optional("id", |at| id(at, "vpc"));
        let imported = vpc_id.is_some();
        let mut security_groups = fields
            .optional("controlPlaneSecurityGroupIDs", |at| Some(ids(at, "sg")))
            .unwrap_or_default();
        security_groups.extend(fields.optional("securityGroup", |at| id(at, "sg")));
        let nat = fields.section("nat", nat);
        // eksctl writes the range of an imported VPC into its own files.
        let cidr = fields.optional("cidr", cidr_v4);
        let [public, private] = fields.section("subnets", |at| subnets(at, imported));
        let ids = |of: &[NamedSubnet]| of.iter().map(|one| one.id.clone()).collect();
        let vpc = Vpc {
            subnets: Subnets { public: ids(&public), private: ids(&private) },
            control_plane_subnets: control_plane_subnets(fields, imported),
            cidr: cidr.filter(|_| !imported),
            nat: nat.filter(|_| !imported),
            id: vpc_id,
            hostname_type: fields.optional("hostnameType", hostname_type),
            security_groups,
        };
        let shared_group = fields.optional("sharedNodeSecurityGroup", |at| id(at, "sg"));
        not_converted(fields, &REST);
        let public_cidrs = if public_cidrs.is_empty() { vec![EVERYWHERE] } else { public_cidrs };
        let endpoint = EndpointAccess { public_cidrs, private_cidrs, ..endpoint };
        Network { vpc, endpoint, subnets: [public, private].concat(), shared_group }
    })
}

/// Those that are named by their ids; or the private ones; or else all.
fn control_plane_subnets(fields: &Fields<'_, '_>, imported: bool) -> ControlPlaneSubnets {
    let key = "controlPlaneSubnetIDs";
    let named = fields.optional(key, |at| Some(ids(at, "subnet"))).unwrap_or_default();
    if !imported {
        not_converted(fields, &[(key, "the subnets are made: see `controlPlaneOnPrivateSubnets`")]);
    }
    let on_private = fields.get("controlPlaneOnPrivateSubnets");
    let is_private = |at: &&Cursor<'_>| at.boolean() == Some(true);
    let on_private = on_private.filter(is_private);
    if named.is_empty() || !imported {
        let private = on_private.map(|_| ControlPlaneSubnets::Private);
        return private.unwrap_or_default();
    }
    if let Some(at) = on_private {
        let instead = "`controlPlaneSubnetIDs` names the subnets of the control plane";
        warn(at, "controlPlaneOnPrivateSubnets", instead);
    }
    ControlPlaneSubnets::Named(named)
}

fn endpoint(at: &Cursor<'_>) -> EndpointAccess {
    at.map(|fields| EndpointAccess {
        public: fields.optional("publicAccess", Cursor::boolean).unwrap_or(true),
        private: fields.optional("privateAccess", Cursor::boolean).unwrap_or(false),
        public_cidrs: Vec::new(),
        private_cidrs: Vec::new(),
    })
}

fn nat(at: &Cursor<'_>) -> Option<Nat> {
    let gateways =
        [("HighlyAvailable", Nat::PerZone), ("Single", Nat::Single), ("Disable", Nat::None)];
    at.map(|fields| fields.optional("gateway", |at| at.choice(&gateways)))
}

/// The public ones and the private ones.
fn subnets(at: &Cursor<'_>, imported: bool) -> [Vec<NamedSubnet>; 2] {
    at.map(|fields| {
        ["public", "private"].map(|key| fields.section(key, |at| named_subnets(at, imported)))
    })
}

/// A map of subnets; the names of its entries are zones, or anything when `az` is said.
fn named_subnets(at: &Cursor<'_>, imported: bool) -> Vec<NamedSubnet> {
    let mut found = Vec::new();
    for (name, subnet) in at.entries() {
        let subnet_id = subnet.map(|fields| {
            let zone = fields.optional("az", zone).or_else(|| syntax::zone(name).ok());
            let range = if imported {
                fields.optional("cidr", cidr_v4)
            } else {
                not_converted(fields, &[("cidr", "subnets are made out of `vpc.cidr`")]);
                None
            };
            let id = fields.optional("id", |at| id(at, "subnet"));
            id.or(range.map(|range| range.to_string())).or(zone.filter(|_| imported))
        });
        match subnet_id {
            Some(id) => found.push(NamedSubnet { name: name.to_owned(), id }),
            None if imported && subnet.is_sound() => subnet.fault_at_key(Fault::new(
                "missing-key",
                format!("the subnet `{}` has no `id`", crate::diagnostic::shown(name)),
                "one of a VPC that exists is known by its `id`, its `cidr` or its `az`",
            )),
            None if !subnet.is_empty() => {}
            None => warn(&subnet, name, "subnets are made in the zones of the cluster"),
        }
    }
    found
}

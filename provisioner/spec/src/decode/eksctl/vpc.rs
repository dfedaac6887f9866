use super::rest::{not_converted, warn};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{EVERYWHERE, cidr_v4, id, ids, zone},
    },
    diagnostic::Fault,
    model::{EndpointAccess, Nat, Subnets, Vpc},
};

const REST: [&str; 11] = [
    "autoAllocateIPv6",
    "controlPlaneEgressMode",
    "controlPlaneOnPrivateSubnets",
    "controlPlaneSubnetIDs",
    "extraCIDRs",
    "extraIPv6CIDRs",
    "hostnameType",
    "ipv6Cidr",
    "ipv6Pool",
    "manageSharedNodeSecurityGroupRules",
    "sharedNodeSecurityGroup",
];

pub(super) struct Network {
    pub(super) vpc: Vpc,
    pub(super) endpoint: EndpointAccess,
}

pub(super) fn vpc(at: &Cursor<'_>) -> Network {
    at.map(|fields| {
        let public_cidrs =
            fields.optional("publicAccessCIDRs", |at| Some(at.list(cidr_v4))).unwrap_or_default();
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
        let vpc = Vpc {
            subnets: fields.section("subnets", |at| subnets(at, imported)),
            cidr: cidr.filter(|_| !imported),
            nat: nat.filter(|_| !imported),
            id: vpc_id,
            security_groups,
        };
        not_converted(fields, &REST, "left out");
        let public_cidrs = if public_cidrs.is_empty() { vec![EVERYWHERE] } else { public_cidrs };
        Network { vpc, endpoint: EndpointAccess { public_cidrs, ..endpoint } }
    })
}

fn endpoint(at: &Cursor<'_>) -> EndpointAccess {
    at.map(|fields| EndpointAccess {
        public: fields.optional("publicAccess", Cursor::boolean).unwrap_or(true),
        private: fields.optional("privateAccess", Cursor::boolean).unwrap_or(false),
        public_cidrs: Vec::new(),
    })
}

fn nat(at: &Cursor<'_>) -> Option<Nat> {
    let gateways =
        [("HighlyAvailable", Nat::PerZone), ("Single", Nat::Single), ("Disable", Nat::None)];
    at.map(|fields| fields.optional("gateway", |at| at.choice(&gateways)))
}

fn subnets(at: &Cursor<'_>, imported: bool) -> Subnets {
    at.map(|fields| Subnets {
        public: fields.section("public", |at| subnet_ids(at, imported)),
        private: fields.section("private", |at| subnet_ids(at, imported)),
    })
}

/// A map of subnets; the names of its entries are zones, or anything when `az` is said.
fn subnet_ids(at: &Cursor<'_>, imported: bool) -> Vec<String> {
    let mut found = Vec::new();
    for (name, subnet) in at.entries() {
        let subnet_id = subnet.map(|fields| {
            fields.optional("az", zone);
            if imported {
                fields.optional("cidr", cidr_v4);
            } else {
                not_converted(fields, &["cidr"], "subnets are made out of `vpc.cidr`");
            }
            fields.optional("id", |at| id(at, "subnet"))
        });
        match subnet_id {
            Some(id) => found.push(id),
            None if imported && subnet.is_sound() => subnet.fault_at_key(Fault::new(
                "missing-key",
                format!("the subnet `{}` has no `id`", crate::diagnostic::shown(name)),
                "subnets of a VPC that exists are named by their ids",
            )),
            None if !subnet.is_empty() => {}
            None => warn(&subnet, name, "subnets are made in the zones of the cluster"),
        }
    }
    found
}

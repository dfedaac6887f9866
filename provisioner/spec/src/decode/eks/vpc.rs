use super::{cidr_v4, id, ids};
use crate::{
    decode::cursor::Cursor,
    model::{ControlPlaneSubnets, HostnameType, Nat, Subnets, Vpc},
};

pub(super) fn vpc(at: &Cursor<'_>) -> Vpc {
    let nats = [("none", Nat::None), ("single", Nat::Single), ("perZone", Nat::PerZone)];
    at.map(|fields| Vpc {
        id: fields.optional("id", |at| id(at, "vpc")),
        subnets: fields.section("subnets", subnets),
        control_plane_subnets: fields
            .optional("controlPlaneSubnets", control_plane_subnets)
            .unwrap_or_default(),
        cidr: fields.optional("cidr", cidr_v4),
        nat: fields.optional("nat", |at| at.choice(&nats)),
        hostname_type: fields.optional("hostnameType", hostname_type),
        security_groups: fields
            .optional("securityGroups", |at| Some(ids(at, "sg")))
            .unwrap_or_default(),
    })
}

pub(in crate::decode) fn hostname_type(at: &Cursor<'_>) -> Option<HostnameType> {
    at.choice(&HostnameType::ALL.map(|kind| (kind.as_str(), kind)))
}

fn subnets(at: &Cursor<'_>) -> Subnets {
    let list = |at: &Cursor<'_>| Some(super::subnets(at));
    at.map(|fields| Subnets {
        public: fields.optional("public", list).unwrap_or_default(),
        private: fields.optional("private", list).unwrap_or_default(),
    })
}

fn control_plane_subnets(at: &Cursor<'_>) -> Option<ControlPlaneSubnets> {
    if at.is_list() {
        return Some(ControlPlaneSubnets::Named(super::subnets(at)));
    }
    let private = at.choice(&[("all", false), ("private", true)])?;
    Some(if private { ControlPlaneSubnets::Private } else { ControlPlaneSubnets::All })
}

use super::{cursor::Cursor, network::address, ssh::ssh, taint::taint};
use crate::{
    diagnostic::{Fault, shown},
    model::{EDGE_ROLE, Host, Role, Ssh, Taint, TaintEffect},
    syntax,
};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
};

/// Reads a host of a role; `base` is how hosts are reached in general.
pub(super) fn host(at: &Cursor<'_>, role: Role, base: &Ssh) -> Host {
    at.map(|fields| Host {
        name: fields
            .required("name", |at| at.valid("invalid-name", "host name", syntax::host_name))
            .unwrap_or_default(),
        address: fields.required("address", address).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        secondary_address: fields.optional("secondaryAddress", address),
        role,
        ssh: fields.section("ssh", |at| ssh(at, base)),
        labels: fields.section("labels", |at| labels(at, role)),
        taints: fields
            .optional("taints", |at| Some(at.list(taint)))
            .unwrap_or_else(|| default_taints(role)),
        interface: fields.optional("interface", interface),
    })
}

pub(super) fn interface(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-name", "network interface", syntax::interface)
}

fn labels(at: &Cursor<'_>, role: Role) -> BTreeMap<String, String> {
    let mut labels = node_labels(at);
    if role == Role::Edge {
        labels.entry(EDGE_ROLE.to_owned()).or_default();
    }
    labels
}

/// Labels of a node, as they are given.
pub(super) fn node_labels(at: &Cursor<'_>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for (key, value) in at.entries() {
        if let Err(invalid) = syntax::label_key(key) {
            let message = format!("invalid label `{}`", shown(key));
            let fault = Fault::new("invalid-label", message, invalid.reason);
            value.fault_at_key(Fault { hint: invalid.hint, ..fault });
            continue;
        }
        let value = value.valid("invalid-label", "value of a label", syntax::label_value);
        labels.extend(value.map(|value| (key.to_owned(), value)));
    }
    labels
}

fn default_taints(role: Role) -> Vec<Taint> {
    match role {
        Role::ControlPlane | Role::Worker | Role::LoadBalancer => Vec::new(),
        Role::Edge => vec![Taint {
            key: EDGE_ROLE.to_owned(),
            value: String::new(),
            effect: TaintEffect::NoSchedule,
        }],
    }
}

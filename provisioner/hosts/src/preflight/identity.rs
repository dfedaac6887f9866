//! What must be different on every host.

use super::finding::Report;
use super::input::Input;
use crate::facts::Facts;
use std::collections::BTreeMap;

pub(super) fn machine(input: &Input<'_>, report: &mut Report) {
    let boot = |_: &_, facts: &Facts| facts.boot_id.clone();
    for (_, hosts) in shared(input, boot) {
        report.error(&hosts, "they are one and the same machine");
    }
}

pub(super) fn hostname(input: &Input<'_>, report: &mut Report) {
    let hostname = |_: &_, facts: &Facts| Some(facts.hostname.clone());
    for (name, hosts) in shared(input, hostname) {
        let message = format!("all call themselves {name}; `up` names them as the spec does");
        report.warning(&hosts, message);
    }
}

pub(super) fn machine_id(input: &Input<'_>, report: &mut Report) {
    for (id, hosts) in shared(input, |_, facts| facts.machine_id.clone()) {
        report.error(&hosts, format!("they share the machine-id {id}"));
    }
    for (host, _) in input.hosts().filter(|(_, facts)| facts.machine_id.is_none()) {
        report.error(&[&host.name], "/etc/machine-id is empty");
    }
}

/// Containers show the machine's own, so there it says nothing.
pub(super) fn product_uuid(input: &Input<'_>, report: &mut Report) {
    let uuid =
        |_: &_, facts: &Facts| facts.product_uuid.clone().filter(|_| facts.container.is_none());
    for (uuid, hosts) in shared(input, uuid) {
        report.error(&hosts, format!("they share the product_uuid {uuid}"));
    }
}

pub(super) fn mac(input: &Input<'_>, report: &mut Report) {
    let mac = |host: &provisioner_spec::Host, facts: &Facts| {
        facts.interface_of(host.address).and_then(|(link, _)| link.mac.clone())
    };
    for (mac, hosts) in shared(input, mac) {
        report.error(&hosts, format!("they share the MAC address {mac}"));
    }
}

/// Values that more than one host has, with those hosts in the order of the spec.
fn shared<'a>(
    input: &Input<'a>,
    value: impl Fn(&provisioner_spec::Host, &Facts) -> Option<String>,
) -> BTreeMap<String, Vec<&'a str>> {
    let mut holders: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (host, facts) in input.hosts() {
        if let Some(value) = value(host, facts).filter(|value| !value.is_empty()) {
            holders.entry(value).or_default().push(&host.name);
        }
    }
    holders.retain(|_, hosts| hosts.len() > 1);
    holders
}

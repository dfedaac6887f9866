//! Name resolution.

use super::finding::Report;
use super::input::Input;
use crate::facts::{Facts, Lookup};
use provisioner_spec::Host;

/// From then on kubelet and kubeadm visibly wait at every turn.
const SLOW_MILLISECONDS: u64 = 2000;

pub(super) fn resolution(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        for lookup in facts.lookups.iter().filter(|lookup| lookup.address.is_none()) {
            let name = &lookup.name;
            if is_its_own(lookup, host, facts) {
                let message =
                    format!("its own name {name} is not resolved; `up` adds it to /etc/hosts");
                report.warning(&[&host.name], message);
            } else {
                let servers = facts.nameservers.join(", ");
                let asked = if servers.is_empty() { "none is configured".into() } else { servers };
                let message = format!("{name} is not resolved (name servers: {asked})");
                report.error(&[&host.name], message);
            }
        }
    }
}

pub(super) fn delay(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        for lookup in facts.lookups.iter().filter(|one| one.milliseconds > SLOW_MILLISECONDS) {
            let (tenths, name) = (lookup.milliseconds / 100, &lookup.name);
            let message = format!("looking up {name} took {}.{} s", tenths / 10, tenths % 10);
            report.warning(&[&host.name], message);
        }
    }
}

fn is_its_own(lookup: &Lookup, host: &Host, facts: &Facts) -> bool {
    lookup.name == facts.hostname || lookup.name == host.name
}

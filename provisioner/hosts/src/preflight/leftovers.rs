//! What another cluster left behind.

use super::finding::Report;
use super::input::Input;
use crate::authority::authority;
use crate::facts::Facts;
use crate::moving::strays;
use std::collections::BTreeMap;

pub(super) fn other_cluster(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        if let Some(other) = facts.cluster.as_ref().filter(|_| !input.is_ours(facts)) {
            report.error(&[&host.name], format!("it belongs to the cluster {other}"));
        }
    }
}

pub(super) fn kubernetes(input: &Input<'_>, report: &mut Report) {
    // With a ledger of another cluster all of it is that cluster's, and said already.
    for (host, facts) in input.hosts().filter(|(_, facts)| facts.cluster.is_none()) {
        let remains = remains(facts);
        if remains.is_empty() {
            continue;
        }
        let what = if has_our_authority(input, facts) {
            "it is a node of this cluster that has lost /var/lib/provisioner, and with it what was there before"
        } else {
            "something is left of another cluster"
        };
        report.error(&[&host.name], format!("{what}: {}", remains.join(", ")));
    }
}

/// Whether the host trusts whom the cluster's own hosts trust.
fn has_our_authority(input: &Input<'_>, facts: &Facts) -> bool {
    let authority = &facts.kubernetes.certificate_authority;
    let mut ours = input.hosts().filter(|(_, facts)| input.is_ours(facts));
    authority.is_some()
        && ours.any(|(_, facts)| facts.kubernetes.certificate_authority == *authority)
}

fn remains(facts: &Facts) -> Vec<&str> {
    let paths = facts.kubernetes.paths.iter().map(String::as_str);
    let paths = paths.filter(|path| !is_network_configuration(path));
    paths.chain(facts.service_is_active("kubelet").then_some("a running kubelet")).collect()
}

pub(super) fn network_configuration(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.nodes().filter(|(_, facts)| facts.cluster.is_none()) {
        let paths = facts.kubernetes.paths.iter().map(String::as_str);
        let found: Vec<_> = paths.filter(|path| is_network_configuration(path)).collect();
        if !found.is_empty() {
            let message = format!("pods would be given another network: {}", found.join(", "));
            report.warning(&[&host.name], message);
        }
    }
}

fn is_network_configuration(path: &str) -> bool {
    path.starts_with("/etc/cni/net.d/")
}

/// Where the endpoint was changed in the spec, or the node answers to other control planes than the spec's.
pub(super) fn api_server(input: &Input<'_>, report: &mut Report) {
    let endpoint = &input.cluster.hosts.api_endpoint;
    let says = authority(&endpoint.address, endpoint.port);
    for (host, facts) in input.nodes() {
        for server in strays(input.cluster, host, facts) {
            let message = format!("kubeconfigs there lead to {server}, and the spec says {says}");
            report.warning(&[&host.name], message);
        }
    }
}

pub(super) fn authorities(input: &Input<'_>, report: &mut Report) {
    let mut authorities: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (host, facts) in input.hosts().filter(|(_, facts)| input.is_ours(facts)) {
        if let Some(certificate) = &facts.kubernetes.certificate_authority {
            authorities.entry(certificate.trim()).or_default().push(&host.name);
        }
    }
    let Some(most) = authorities.values().max_by_key(|hosts| hosts.len()) else { return };
    for hosts in authorities.values().filter(|hosts| *hosts != most) {
        let message = format!("the certificate authority there is not that of {}", most.join(", "));
        report.error(hosts, message);
    }
}

//! What another cluster left behind.

use super::check::Input;
use super::finding::Report;
use crate::facts::Facts;
use provisioner_spec::Role;
use std::collections::BTreeMap;

pub(super) fn other_cluster(input: &Input<'_>, report: &mut Report<'_>) {
    for (host, facts) in input.hosts() {
        if let Some(other) = facts.cluster.as_ref().filter(|_| !input.is_ours(facts)) {
            report.error(&[&host.name], format!("it belongs to the cluster {other}"));
        }
    }
}

pub(super) fn kubernetes(input: &Input<'_>, report: &mut Report<'_>) {
    // With a ledger of another cluster all of it is that cluster's, and said already.
    for (host, facts) in input.hosts().filter(|(_, facts)| facts.cluster.is_none()) {
        let remains = remains(facts);
        if !remains.is_empty() {
            let message = format!("something is left of another cluster: {}", remains.join(", "));
            report.error(&[&host.name], message);
        }
    }
}

fn remains(facts: &Facts) -> Vec<&str> {
    let paths = facts.kubernetes.paths.iter().map(String::as_str);
    let paths = paths.filter(|path| !is_network_configuration(path));
    paths.chain(facts.service_is_active("kubelet").then_some("a running kubelet")).collect()
}

pub(super) fn network_configuration(input: &Input<'_>, report: &mut Report<'_>) {
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

/// A node that answers to other control planes than the spec's.
pub(super) fn api_server(input: &Input<'_>, report: &mut Report<'_>) {
    let endpoint = &input.cluster.hosts.api_endpoint;
    for (host, facts) in input.hosts().filter(|(_, facts)| input.is_ours(facts)) {
        let Some(server) = &facts.kubernetes.kubelet_server else { continue };
        // From 1.33 on the kubelet of a control plane talks to the API server beside it (KEP-4471).
        let beside =
            host.role == Role::ControlPlane && names(server, &host.address.to_string(), 6443);
        if !beside && !names(server, &endpoint.address, endpoint.port) {
            let (address, port) = (&endpoint.address, endpoint.port);
            let message =
                format!("its kubelet talks to {server}, and the spec says {address}:{port}");
            report.error(&[&host.name], message);
        }
    }
}

/// Whether a URL `https://HOST[:PORT]` names that endpoint; an IPv6 address stands in brackets.
fn names(url: &str, address: &str, port: u16) -> bool {
    let authority = url.trim_start_matches("https://").trim_end_matches('/');
    let bare = authority.replace(['[', ']'], "");
    bare == format!("{address}:{port}") || (port == 443 && bare == address)
}

pub(super) fn authority(input: &Input<'_>, report: &mut Report<'_>) {
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

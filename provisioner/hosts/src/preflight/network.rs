//! The hosts' links, addresses and ranges.

use super::finding::Report;
use super::input::Input;
use crate::facts::{Facts, Link};
use ipnet::IpNet;
use provisioner_spec::Host;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Links that network plugins and kube-proxy make: their addresses belong inside the ranges.
const CLUSTER_LINKS: [&str; 9] =
    ["cni", "cali", "cilium", "flannel", "kube-", "lxc", "nodelocaldns", "tunl", "vxlan"];

pub(super) fn address(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        for missing in host.addresses().filter(|address| facts.interface_of(*address).is_none()) {
            let message = format!("none of its links has the address {missing}");
            report.error(&[&host.name], message);
        }
        let Some((link, _)) = facts.interface_of(host.address) else { continue };
        let wanted = host.interface.as_ref().filter(|wanted| **wanted != link.name);
        if let Some(wanted) = wanted {
            let message =
                format!("{} is on {}, and the spec says {wanted}", host.address, link.name);
            report.error(&[&host.name], message);
        }
    }
}

/// The kernel refuses to send to a service's address when no route at all matches it, before
/// kube-proxy could redirect it.
pub(super) fn default_route(input: &Input<'_>, report: &mut Report) {
    let services = input.cluster.network.service_cidr;
    for (host, facts) in input.nodes() {
        if facts.default_routes.is_empty() {
            report.error(&[&host.name], "it has no default route");
            continue;
        }
        for range in services.all() {
            let is_ipv6 = range.addr().is_ipv6();
            if !facts.default_routes.iter().any(|route| route.is_ipv6 == is_ipv6) {
                let family = if is_ipv6 { "IPv6" } else { "IPv4" };
                report.error(&[&host.name], format!("it has no default route for {family}"));
            }
        }
    }
}

pub(super) fn mtu(input: &Input<'_>, report: &mut Report) {
    let mut sizes: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for (host, facts) in input.hosts() {
        if let Some((link, _)) = facts.interface_of(host.address) {
            sizes.entry(link.mtu).or_default().push(&host.name);
        }
    }
    let Some((usual, most)) = sizes.iter().max_by_key(|(size, hosts)| (hosts.len(), **size)) else {
        return;
    };
    for (size, hosts) in sizes.iter().filter(|(size, _)| *size != usual) {
        report.warning(hosts, format!("MTU {size}, where {} has {usual}", most.join(", ")));
    }
}

pub(super) fn ranges(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        for (range, name) in cluster_ranges(input) {
            for (link, net) in own_networks(facts, host) {
                if range.contains(&net.addr()) {
                    let message = format!(
                        "its address {} ({}) lies inside the {name} {range}",
                        net.addr(),
                        link.name
                    );
                    report.error(&[&host.name], message);
                } else if range.contains(&net.network()) || net.contains(&range.network()) {
                    let message = format!(
                        "its network {} ({}) overlaps the {name} {range}",
                        net.trunc(),
                        link.name
                    );
                    report.warning(&[&host.name], message);
                }
            }
        }
    }
}

pub(super) fn name_servers(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.nodes() {
        let servers: Vec<IpAddr> =
            facts.nameservers.iter().filter_map(|server| server.parse().ok()).collect();
        for (range, name) in cluster_ranges(input) {
            for server in servers.iter().filter(|server| range.contains(*server)) {
                let message = format!("its name server {server} lies inside the {name} {range}");
                report.error(&[&host.name], message);
            }
        }
    }
}

fn cluster_ranges(input: &Input<'_>) -> impl Iterator<Item = (IpNet, &'static str)> {
    let network = &input.cluster.network;
    let pods = network.pod_cidr.all().map(|range| (range, "pods' range"));
    pods.chain(network.service_cidr.all().map(|range| (range, "services' range")))
}

/// The networks that are the host's and not the cluster's.
fn own_networks<'a>(facts: &'a Facts, host: &Host) -> impl Iterator<Item = (&'a Link, &'a IpNet)> {
    let of_cluster = |link: &Link| CLUSTER_LINKS.iter().any(|name| link.name.starts_with(name));
    facts.links.iter().flat_map(|link| link.addresses.iter().map(move |net| (link, net))).filter(
        move |(link, net)| {
            host.addresses().any(|address| net.addr() == address) || !of_cluster(link)
        },
    )
}

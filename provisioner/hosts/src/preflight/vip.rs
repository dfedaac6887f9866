//! The virtual addresses and their router ids.

use super::finding::Report;
use super::input::Input;
use super::probe::Neighbour;
use provisioner_spec::Host;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// A virtual address and the hosts that share it.
struct Vip<'a> {
    address: IpAddr,
    router_id: u8,
    sharers: &'a [Host],
}

fn vips<'a>(input: &Input<'a>) -> Vec<Vip<'a>> {
    let hosts = &input.cluster.hosts;
    let endpoint = &hosts.api_endpoint;
    let api = endpoint.vip.map(|address| Vip {
        address,
        router_id: endpoint.router_id.unwrap_or(last_byte(address)),
        sharers: input.cluster.load_balancers(),
    });
    let edge = hosts.edge.as_ref().and_then(|edge| {
        let address = edge.vip?;
        let router_id = edge.router_id.unwrap_or(last_byte(address));
        Some(Vip { address, router_id, sharers: &edge.nodes })
    });
    api.into_iter().chain(edge).collect()
}

fn last_byte(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(address) => address.octets()[3],
        IpAddr::V6(address) => address.octets()[15],
    }
}

/// Where a VIP lies in no network of the link, its gratuitous ARP reaches nobody who would ask.
pub(super) fn network(input: &Input<'_>, report: &mut Report) {
    for vip in vips(input) {
        for (host, facts) in input.hosts().filter(|(host, _)| vip.sharers.contains(host)) {
            let Some((link, _)) = facts.interface_of(host.address) else { continue };
            let covers = link
                .addresses
                .iter()
                .any(|net| net.contains(&vip.address) && net.addr() != vip.address);
            if !covers {
                let (address, name) = (vip.address, &link.name);
                let message = format!("the VIP {address} is in no network of its link {name}");
                report.error(&[&host.name], message);
            }
        }
    }
}

pub(super) fn free(input: &Input<'_>, report: &mut Report) {
    for vip in vips(input) {
        held_by_wrong_host(input, &vip, report);
        answered_by_stranger(input, &vip, report);
    }
}

fn held_by_wrong_host(input: &Input<'_>, vip: &Vip<'_>, report: &mut Report) {
    for (host, facts) in input.hosts().filter(|(_, facts)| facts.holds(vip.address)) {
        let address = vip.address;
        if !vip.sharers.contains(host) {
            report.error(&[&host.name], format!("it holds the VIP {address}, which is not for it"));
        } else if !input.is_ours(facts) {
            let message = format!("it holds the VIP {address} before keepalived gave it");
            report.error(&[&host.name], message);
        }
    }
}

fn answered_by_stranger(input: &Input<'_>, vip: &Vip<'_>, report: &mut Report) {
    let known: BTreeSet<&str> = input
        .hosts()
        .flat_map(|(_, facts)| &facts.links)
        .filter_map(|link| link.mac.as_deref())
        .collect();
    let address = vip.address;
    for (host, probe) in probes(input) {
        match probe.neighbours.get(&address) {
            Some(Neighbour::Answers(mac)) if !known.contains(mac.as_str()) => {
                let message = format!("someone else ({mac}) answers for the VIP {address}");
                report.error(&[&host.name], message);
            }
            Some(Neighbour::Unknown) => {
                let message = format!("it cannot be told whether the VIP {address} is free");
                report.warning(&[&host.name], message);
            }
            _ => {}
        }
    }
}

pub(super) fn router_id(input: &Input<'_>, report: &mut Report) {
    let own: BTreeSet<IpAddr> = input
        .hosts()
        .flat_map(|(_, facts)| &facts.links)
        .flat_map(|link| link.addresses.iter().map(ipnet::IpNet::addr))
        .collect();
    // VRRP is heard over IPv4 only.
    for vip in vips(input).into_iter().filter(|vip| vip.address.is_ipv4()) {
        let id = vip.router_id;
        let sharing = probes(input).filter(|(host, _)| vip.sharers.contains(host));
        for (host, probe) in sharing {
            match &probe.routers {
                Some(routers) => {
                    let others =
                        routers.iter().filter(|seen| seen.id == id && !own.contains(&seen.from));
                    for other in others {
                        let from = other.from;
                        let message =
                            format!("{from} uses the VRRP router id {id} on this network");
                        report.error(&[&host.name], message);
                    }
                }
                // With keepalived at work there the id has long been in use: by us.
                None if runs_keepalived(input, host) => {}
                None => report.warning(
                    &[&host.name],
                    format!(
                        "whether the VRRP router id {id} is free cannot be heard without tcpdump \
                         or nft 1.0: it is, unless something else on this network speaks VRRP"
                    ),
                ),
            }
        }
    }
}

fn runs_keepalived(input: &Input<'_>, host: &Host) -> bool {
    let facts = input.facts.get(&host.name);
    facts.is_some_and(|facts| input.is_ours(facts) && facts.service_is_active("keepalived"))
}

fn probes<'a>(input: &Input<'a>) -> impl Iterator<Item = (&'a Host, &'a super::Probe)> {
    input.cluster.all_hosts().filter_map(|host| Some((host, input.probes.get(&host.name)?)))
}

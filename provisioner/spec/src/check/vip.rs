use super::subject::{Subject, list_path};
use crate::{Role, diagnostic::Fault};
use ipnet::IpNet;

const NETWORK: &str = "spec.hosts.network";
const FIRST: &str = "spec.hosts.controlPlane[0].address";
const FIRST_BALANCER: &str = "spec.hosts.loadBalancers[0].address";
const API_VIP: &str = "spec.hosts.apiEndpoint.vip";

/// The settings of keepalived mean nothing without a VIP.
pub(super) fn needs_vip(subject: &Subject<'_>) {
    for section in ["spec.hosts.apiEndpoint", "spec.hosts.edge"] {
        needs_vip_in(subject, section);
    }
}

fn needs_vip_in(subject: &Subject<'_>, section: &str) {
    let vip = format!("{section}.vip");
    if subject.is_given(&vip) || subject.sound(vip, ()).is_none() {
        return;
    }
    for key in ["interface", "routerId"] {
        let path = format!("{section}.{key}");
        if subject.is_given(&path) {
            let message = format!("`{key}` means nothing without a VIP");
            subject.fault(&path, Fault::new("no-vip", message, "there is no `vip` beside it"));
        }
    }
}

/// A VIP belongs to no host, and to one purpose.
pub(super) fn is_free(subject: &Subject<'_>) {
    for vip in subject.vips() {
        if let Some(host) = subject
            .host_addresses()
            .chain(subject.secondary_addresses())
            .find(|host| host.value == vip.value)
        {
            subject.fault(
                &vip.path,
                Fault::new(
                    "vip-is-host",
                    format!("the VIP {} is the address of a host", vip.value),
                    "must be an address that no host has",
                )
                .related(subject.place(&host.path), "the host"),
            );
        }
    }
    let vips: Vec<_> = subject.vips().collect();
    if let [api, edge] = vips.as_slice()
        && api.value == edge.value
    {
        subject.fault(
            &edge.path,
            Fault::new("duplicate-vip", "the two VIPs are the same", "the edge's VIP")
                .related(subject.place(&api.path), "the API's VIP"),
        );
    }
}

/// A VIP is reached through ARP only on the hosts' own network.
pub(super) fn is_on_the_network(subject: &Subject<'_>) {
    for vip in subject.vips() {
        let Some((network, origin)) = network(subject, vip.path == API_VIP) else { continue };
        // Another family is a fault of its own.
        if vip.value.is_ipv4() != network.addr().is_ipv4() {
            continue;
        }
        if !network.contains(&vip.value) {
            subject.fault(
                &vip.path,
                Fault::new(
                    "vip-outside-network",
                    format!("the VIP {} is outside the hosts' network", vip.value),
                    format!("must be in {network}"),
                )
                .hint("if the network is larger, say so with `hosts.network`")
                .related(subject.place(origin), "the network is that of this"),
            );
        } else if is_edge_of(network, vip.value) {
            subject.fault(
                &vip.path,
                Fault::new(
                    "vip-outside-network",
                    format!("the VIP {} is no address for a host", vip.value),
                    format!("it is the first or the last address of {network}"),
                ),
            );
        }
    }
}

/// Whoever holds the VIP of the API must be on its network.
pub(super) fn holders_share_the_network(subject: &Subject<'_>) {
    let Some((network, origin)) = network(subject, true) else { return };
    if subject.api_vip().is_none() {
        return;
    }
    let separate = subject.cluster.has_separate_load_balancers();
    let holders = list_path(if separate { Role::LoadBalancer } else { Role::ControlPlane });
    let outside = subject.host_addresses().filter(|host| {
        host.path.starts_with(holders)
            && host.value.is_ipv4() == network.addr().is_ipv4()
            && !network.contains(&host.value)
    });
    for host in outside {
        subject.fault(
            &host.path,
            Fault::new(
                "host-outside-network",
                format!("{} is outside the network of the VIP", host.value),
                format!("must be in {network} to hold the VIP"),
            )
            .hint("if the network is larger, say so with `hosts.network`")
            .related(subject.place(origin), "the network is that of this"),
        );
    }
}

/// The network of the VIP of the API, or of that of the edge, and what says so.
fn network(subject: &Subject<'_>, of_api: bool) -> Option<(IpNet, &'static str)> {
    let hosts = &subject.cluster.hosts;
    let at_balancers = of_api && subject.cluster.has_separate_load_balancers();
    let origin = match hosts.network {
        Some(_) => NETWORK,
        None if at_balancers => FIRST_BALANCER,
        None => FIRST,
    };
    subject.sound(NETWORK, ())?;
    subject.sound(origin, ())?;
    let network = if of_api { hosts.api_vip_network() } else { hosts.vip_network() };
    Some((network?, origin))
}

fn is_edge_of(network: IpNet, address: std::net::IpAddr) -> bool {
    let narrow = network.max_prefix_len() - network.prefix_len() < 2;
    !narrow
        && (address == network.network()
            || network.addr().is_ipv4() && address == network.broadcast())
}

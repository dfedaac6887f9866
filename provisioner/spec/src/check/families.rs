use super::subject::{Placed, Subject};
use crate::{Cidrs, Role, diagnostic::Fault};
use std::net::IpAddr;

/// Where a node's DNS cache listens, unless the spec says otherwise.
const CACHE: &str = "spec.addons.nodelocaldns.address";
const DEFAULT_CACHE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(169, 254, 20, 10));

/// The first host's address says what the cluster's primary family is: that of all hosts' addresses,
/// VIPs and the DNS service, and of the first of two ranges.
pub(super) fn primary(subject: &Subject<'_>) {
    let mut hosts = subject.host_addresses();
    let Some(first) = hosts.next() else { return };
    let range = |range: Placed<Cidrs>| Placed {
        path: range.path,
        value: (range.value.primary.network(), range.value.is_dual_stack()),
    };
    let ranges = subject.pod_cidr().into_iter().chain(subject.service_cidr()).map(range);
    let others = hosts.chain(subject.vips()).chain(subject.dns_address()).chain(cache(subject));
    let others = others.map(|one| Placed { path: one.path, value: (one.value, false) });
    for Placed { path, value: (address, is_first_of_two) } in others.chain(ranges) {
        let (theirs, ours) = (family(address), family(first.value));
        if theirs == ours {
            continue;
        }
        let name = path.trim_start_matches("spec.");
        let (message, reason) = if is_first_of_two {
            let reason = format!("the range of {ours} must be first, as the hosts' `address` is");
            (format!("`{name}` begins with {theirs} among {ours}"), reason)
        } else if subject.is_given(&path) {
            let reason = format!("must be {ours}, as the first host is");
            (format!("`{name}` is {theirs} among {ours}"), reason)
        } else {
            let reason = format!("the default is {theirs}: an {ours} one must be given");
            (format!("`{name}` is {theirs} among {ours}"), reason)
        };
        subject.fault(
            &path,
            Fault::new("mixed-families", message, reason)
                .related(subject.place(&first.path), format!("this is {ours}")),
        );
    }
}

/// The address of the DNS cache on every node: it is given to pods beside that of the DNS service.
fn cache(subject: &Subject<'_>) -> Option<Placed<IpAddr>> {
    if !subject.cluster.network.dns.node_local {
        return None;
    }
    let settings = subject.cluster.addons.get("nodelocaldns").map(|addon| &addon.settings);
    let given = settings.and_then(|settings| settings.get("address")?.as_str()?.parse().ok());
    subject.sound(CACHE, given.unwrap_or(DEFAULT_CACHE))
}

/// A service's addresses of both families lead to pods that have both.
pub(super) fn both_or_one(subject: &Subject<'_>) {
    let (Some(pods), Some(services)) = (subject.pod_cidr(), subject.service_cidr()) else { return };
    let (both, one) = match (pods.value.is_dual_stack(), services.value.is_dual_stack()) {
        (true, false) => (pods, services),
        (false, true) => (services, pods),
        _ => return,
    };
    let name = |path: &str| path.trim_start_matches("spec.").to_owned();
    let reason = if subject.is_given(&one.path) {
        "must have a range of each family as well"
    } else {
        "the default is IPv4 alone: a range of each family must be given"
    };
    let message =
        format!("`{}` is of one family, and `{}` of both", name(&one.path), name(&both.path));
    subject.fault(
        &one.path,
        Fault::new("mixed-families", message, reason)
            .related(subject.place(&both.path), "the ranges of both"),
    );
}

/// With dual stack every node has an address of each family, and otherwise none of another.
pub(super) fn secondary_addresses(subject: &Subject<'_>) {
    let (Some(pods), Some(services)) = (subject.pod_cidr(), subject.service_cidr()) else { return };
    let all = pods.value.is_dual_stack() && services.value.is_dual_stack();
    let none = !pods.value.is_dual_stack() && !services.value.is_dual_stack();
    for host in subject.hosts().filter(|host| host.value.role != Role::LoadBalancer) {
        let (address, path) = (host.value.address, format!("{}.secondaryAddress", host.path));
        let first = format!("{}.address", host.path);
        let Some(Placed { value: secondary, .. }) =
            subject.sound(path.clone(), host.value.secondary_address)
        else {
            continue;
        };
        match secondary {
            None if all => {
                let message = format!("{} has no second address", host.value.name);
                subject.fault_at_key(
                    &host.path,
                    Fault::new("no-secondary-address", message, "there is no `secondaryAddress`")
                        .hint("with dual stack every node has an address of each family")
                        .related(subject.place(&pods.path), "the ranges of both"),
                );
            }
            Some(secondary)
                if family(secondary) == family(address)
                    && subject.sound(first.as_str(), ()).is_some() =>
            {
                let message =
                    format!("both addresses of {} are {}", host.value.name, family(address));
                subject.fault(
                    &path,
                    Fault::new("mixed-families", message, "must be of the other family")
                        .related(subject.place(&first), "its first one"),
                );
            }
            Some(_) if none => {
                let message = "`secondaryAddress` means nothing without dual stack";
                subject.fault(
                    &path,
                    Fault::new("no-dual-stack", message, "the cluster is of one family").hint(
                        "for dual stack give `network.podCidr` and `network.serviceCidr` a range of each family",
                    ),
                );
            }
            _ => {}
        }
    }
}

fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "IPv4" } else { "IPv6" }
}

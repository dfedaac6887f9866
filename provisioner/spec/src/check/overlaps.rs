use super::subject::{Placed, Subject};
use crate::diagnostic::Fault;
use ipnet::IpNet;
use std::net::IpAddr;

fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other.network()) || other.contains(&one.network())
}

/// Pods, services and hosts have ranges of their own.
pub(super) fn ranges(subject: &Subject<'_>) {
    let hosts = subject.cluster.hosts.network;
    let hosts = hosts.and_then(|range| subject.sound("spec.hosts.network", range));
    let pods = subject.pod_cidr().into_iter().flat_map(Placed::each);
    let services = subject.service_cidr().into_iter().flat_map(Placed::each);
    let named: Vec<_> = pods
        .map(|range| ("the pods' range", range))
        .chain(services.map(|range| ("the services' range", range)))
        .chain(hosts.map(|range| ("the hosts' network", range)))
        .collect();
    for (index, (name, range)) in named.iter().enumerate() {
        for (other_name, other) in &named[index + 1..] {
            if overlap(range.value, other.value) {
                report_ranges(subject, (name, range), (other_name, other));
            }
        }
    }
}

fn report_ranges(
    subject: &Subject<'_>,
    one: (&str, &Placed<IpNet>),
    other: (&str, &Placed<IpNet>),
) {
    // Point at what the spec says, and explain it by the other one.
    let (this, that) = if subject.is_given(&other.1.path) { (other, one) } else { (one, other) };
    let message = format!("{} {} and {} {} overlap", one.0, one.1.value, other.0, other.1.value);
    let fault = Fault::new("overlap", message, format!("this is {}", this.0))
        .hint("an address must mean one thing: choose ranges that have nothing in common");
    let fault = if subject.is_given(&that.1.path) {
        fault.related(subject.place(&that.1.path), format!("this is {}", that.0))
    } else {
        fault
    };
    subject.fault(&this.1.path, fault);
}

/// Addresses of hosts inside the cluster's own ranges cannot be reached from inside the cluster.
pub(super) fn addresses(subject: &Subject<'_>) {
    let whole_network = subject.cluster.hosts.network;
    let endpoint = &subject.cluster.hosts.api_endpoint.address;
    let endpoint = subject
        .is_given("spec.hosts.apiEndpoint.address")
        .then(|| endpoint.parse::<IpAddr>().ok())
        .flatten()
        .map(|value| Placed { path: "spec.hosts.apiEndpoint.address".to_owned(), value });
    let addresses: Vec<_> = subject
        .host_addresses()
        .chain(subject.secondary_addresses())
        .chain(subject.vips())
        .chain(endpoint)
        .collect();
    for (range, name, reason) in [
        (subject.pod_cidr(), "the pods' range", "this address would be a pod's"),
        (
            subject.service_cidr(),
            "the services' range",
            "kube-proxy drops what goes to unallocated addresses of services",
        ),
    ] {
        let ranges = range.into_iter().flat_map(Placed::each);
        // That the hosts' network overlaps has been said as a whole.
        let is_new =
            |range: &Placed<_>| !whole_network.is_some_and(|network| overlap(network, range.value));
        for range in ranges.filter(is_new) {
            report_addresses(subject, &addresses, (name, &range), reason);
        }
    }
}

fn report_addresses(
    subject: &Subject<'_>,
    addresses: &[Placed<IpAddr>],
    (name, range): (&str, &Placed<IpNet>),
    reason: &str,
) {
    for address in addresses.iter().filter(|address| range.value.contains(&address.value)) {
        let message = format!("{} lies inside {name} {}", address.value, range.value);
        let fault = Fault::new("address-in-range", message, reason)
            .hint("choose a range that no host is in");
        let fault = if subject.is_given(&range.path) {
            fault.related(subject.place(&range.path), name)
        } else {
            fault
        };
        subject.fault(&address.path, fault);
    }
}

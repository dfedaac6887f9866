use super::subject::{Placed, Subject};
use crate::diagnostic::Fault;
use std::net::IpAddr;

/// Everything is of the family of the first control plane: dual stack is for a later version.
pub(super) fn one_family(subject: &Subject<'_>) {
    let mut hosts = subject.host_addresses();
    let Some(first) = hosts.next() else { return };
    let network =
        |range: Placed<ipnet::IpNet>| Placed { path: range.path, value: range.value.network() };
    let ranges = subject.pod_cidr().into_iter().chain(subject.service_cidr()).map(network);
    let others = hosts.chain(subject.vips()).chain(subject.dns_address()).chain(ranges);
    for other in others.filter(|other| other.value.is_ipv4() != first.value.is_ipv4()) {
        let (theirs, ours) = (family(other.value), family(first.value));
        let name = other.path.trim_start_matches("spec.");
        let reason = if subject.is_given(&other.path) {
            format!("must be {ours}, as the first host is")
        } else {
            format!("the default is {theirs}: an {ours} one must be given")
        };
        subject.fault(
            &other.path,
            Fault::new("mixed-families", format!("`{name}` is {theirs} among {ours}"), reason)
                .related(subject.place(&first.path), format!("this is {ours}")),
        );
    }
}

fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "IPv4" } else { "IPv6" }
}

use super::subject::{Placed, Subject};
use crate::diagnostic::Fault;
use ipnet::IpNet;

/// The prefix of a node's share of the pods' range (kube-controller-manager's defaults).
const NODE_PREFIX_V4: u8 = 24;
const NODE_PREFIX_V6: u8 = 64;
/// kubeadm and the controller manager refuse more than so many bits between the two prefixes.
const MOST_NODE_BITS: u8 = 16;
/// kubeadm refuses service ranges of fewer or more addresses.
const LEAST_SERVICE_BITS: u8 = 4;
const MOST_SERVICE_BITS: u8 = 20;

/// Every node takes its share of the pods' range.
pub(super) fn pod_range_suffices(subject: &Subject<'_>) {
    let Some(Placed { path, value: range }) = subject.pod_cidr() else { return };
    let Some(node_prefix) = node_prefix(subject, range) else { return };
    let nodes = subject.cluster.nodes().count();
    let refuse = |message: String, reason: String, hint: &str| {
        subject.fault(&path, Fault::new("pod-range-size", message, reason).hint(hint));
    };
    let hint = "/16 serves 256 nodes in IPv4, /56 as many in IPv6";
    let Some(bits) = node_prefix.checked_sub(range.prefix_len()) else {
        let reason = format!("one node alone takes a /{node_prefix} of it");
        return refuse(format!("the pods' range {range} is too small"), reason, hint);
    };
    if bits > MOST_NODE_BITS {
        let reason =
            format!("with a /{node_prefix} a node, /{} at most", node_prefix - MOST_NODE_BITS);
        return refuse(format!("the pods' range {range} is too large"), reason, hint);
    }
    if 1_usize << bits < nodes {
        let reason = format!("each node takes a /{node_prefix}: enough for {}", 1_usize << bits);
        refuse(format!("the pods' range {range} is too small for {nodes} nodes"), reason, hint);
    }
}

/// The controller manager's own flag, or its default.
fn node_prefix(subject: &Subject<'_>, range: IpNet) -> Option<u8> {
    let default = if range.addr().is_ipv4() { NODE_PREFIX_V4 } else { NODE_PREFIX_V6 };
    let flags = &subject.cluster.kubernetes.controller_manager.extra_args;
    match flags.get("node-cidr-mask-size") {
        Some(prefix) => prefix.parse().ok().filter(|prefix| *prefix <= range.max_prefix_len()),
        None => Some(default),
    }
}

pub(super) fn service_range_size(subject: &Subject<'_>) {
    let Some(Placed { path, value: range }) = subject.service_cidr() else { return };
    let bits = range.max_prefix_len() - range.prefix_len();
    let (size, limit) = match bits {
        0..LEAST_SERVICE_BITS => ("small", LEAST_SERVICE_BITS),
        LEAST_SERVICE_BITS..=MOST_SERVICE_BITS => return,
        _ => ("large", MOST_SERVICE_BITS),
    };
    let bound = if size == "small" { "/{} or shorter" } else { "/{} or longer" };
    let reason = bound.replace("{}", &(range.max_prefix_len() - limit).to_string());
    let message = format!("the services' range {range} is too {size}");
    subject.fault(&path, Fault::new("service-range-size", message, format!("must be {reason}")));
}

pub(super) fn dns_address(subject: &Subject<'_>) {
    let (Some(dns), Some(range)) = (subject.dns_address(), subject.service_cidr()) else { return };
    // Another family is a fault of its own.
    if dns.value.is_ipv4() != range.value.addr().is_ipv4() {
        return;
    }
    let first = range.value.hosts().next();
    let reason = if !range.value.contains(&dns.value) {
        format!("must be in the services' range {}", range.value)
    } else if Some(dns.value) == first || dns.value == range.value.network() {
        "the API server's own service has the first address".to_owned()
    } else {
        return;
    };
    let message = format!("{} cannot be the address of the DNS service", dns.value);
    let mut fault = Fault::new("invalid-dns-address", message, reason)
        .hint("leave it out: the tenth address is the default");
    if subject.is_given(&range.path) {
        fault = fault.related(subject.place(&range.path), "the services' range");
    }
    subject.fault(&dns.path, fault);
}

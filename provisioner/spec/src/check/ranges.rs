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

/// The controller manager's flags for the prefix of a node's share.
const NODE_PREFIX_FLAG: &str = "node-cidr-mask-size";
const NODE_PREFIX_FLAGS: [&str; 2] = ["node-cidr-mask-size-ipv4", "node-cidr-mask-size-ipv6"];

/// Every node takes its share of the pods' range.
pub(super) fn pod_ranges_suffice(subject: &Subject<'_>) {
    for range in subject.pod_cidr().into_iter().flat_map(Placed::each) {
        pod_range_suffices(subject, range);
    }
}

fn pod_range_suffices(subject: &Subject<'_>, Placed { path, value: range }: Placed<IpNet>) {
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
    let (default, flag) = if range.addr().is_ipv4() {
        (NODE_PREFIX_V4, NODE_PREFIX_FLAGS[0])
    } else {
        (NODE_PREFIX_V6, NODE_PREFIX_FLAGS[1])
    };
    let flags = &subject.cluster.kubernetes.controller_manager.extra_args;
    let both = flags.get(NODE_PREFIX_FLAG).filter(|_| !subject.cluster.network.is_dual_stack());
    match flags.get(flag).or(both) {
        Some(prefix) => prefix.parse().ok().filter(|prefix| *prefix <= range.max_prefix_len()),
        None => Some(default),
    }
}

/// With dual stack the controller manager ends at the flag that is for both families at once
/// (`setNodeCIDRMaskSizes` in its cmd/kube-controller-manager/app/core.go).
pub(super) fn node_prefix_flag(subject: &Subject<'_>) {
    let flags = &subject.cluster.kubernetes.controller_manager.extra_args;
    if !subject.cluster.network.is_dual_stack() || !flags.contains_key(NODE_PREFIX_FLAG) {
        return;
    }
    let message = format!("`{NODE_PREFIX_FLAG}` is not for dual stack");
    let [ipv4, ipv6] = NODE_PREFIX_FLAGS;
    subject.fault_at_key(
        &format!("spec.kubernetes.controllerManager.extraArgs.{NODE_PREFIX_FLAG}"),
        Fault::new("wrong-flag", message, "the pods' ranges are of both families")
            .hint(format!("use `{ipv4}` and `{ipv6}`"))
            .related(subject.place("spec.network.podCidr"), "the ranges"),
    );
}

pub(super) fn service_range_sizes(subject: &Subject<'_>) {
    for range in subject.service_cidr().into_iter().flat_map(Placed::each) {
        service_range_size(subject, range);
    }
}

fn service_range_size(subject: &Subject<'_>, Placed { path, value: range }: Placed<IpNet>) {
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
    let (Some(dns), Some(ranges)) = (subject.dns_address(), subject.service_cidr()) else { return };
    let range = Placed { path: ranges.path, value: ranges.value.primary };
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

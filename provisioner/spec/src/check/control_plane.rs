use super::subject::Subject;
use crate::{API_SERVER_PORT, diagnostic::Fault};
use std::ops::RangeInclusive;

const LIST: &str = "spec.hosts.controlPlane";
const VIP: &str = "spec.hosts.apiEndpoint.vip";
const ADDRESS: &str = "spec.hosts.apiEndpoint.address";
const PORT: &str = "spec.hosts.apiEndpoint.port";

/// What listens on a control plane already ("Ports and Protocols" in the Kubernetes documentation).
const TAKEN: [(RangeInclusive<u16>, &str); 8] = [
    (2379..=2380, "etcd"),
    (API_SERVER_PORT..=API_SERVER_PORT, "the API server"),
    (10248..=10248, "the kubelet"),
    (10249..=10249, "kube-proxy"),
    (10250..=10250, "the kubelet"),
    (10256..=10256, "kube-proxy"),
    (10257..=10257, "kube-controller-manager"),
    (10259..=10259, "kube-scheduler"),
];

/// etcd wants a majority: an even member adds a risk and no safety.
pub(super) fn count(subject: &Subject<'_>) {
    let Some(hosts) = subject.sound(LIST, &subject.cluster.hosts.control_plane) else { return };
    match hosts.value.len() {
        0 => subject.fault(
            LIST,
            Fault::new("no-control-plane", "the cluster has no control plane", "this is empty")
                .hint("name one host, or three with a VIP"),
        ),
        count if count % 2 == 0 && !has_external_etcd(subject) => subject.fault(
            LIST,
            Fault::new(
                "even-control-planes",
                format!("{count} control planes survive no more than {} would", count - 1),
                "must be an odd number: etcd needs a majority",
            )
            .hint(format!("name {} or {} of them", count - 1, count + 1)),
        ),
        _ => {}
    }
}

/// One that could not be read counts as well: the majority is not the control planes' then.
fn has_external_etcd(subject: &Subject<'_>) -> bool {
    subject.is_given("spec.kubernetes.etcd.external")
}

/// Several control planes need one address in front of them.
pub(super) fn endpoint(subject: &Subject<'_>) {
    let endpoint = &subject.cluster.hosts.api_endpoint;
    let several = subject.cluster.hosts.control_plane.len() > 1;
    let sound = [LIST, VIP, ADDRESS].iter().all(|path| subject.sound(*path, ()).is_some());
    if several && sound && endpoint.vip.is_none() && !subject.is_given(ADDRESS) {
        subject.fault(
            LIST,
            Fault::new(
                "no-api-endpoint",
                "several control planes need an address that they share",
                "no `apiEndpoint` stands in front of these",
            )
            .hint("give `hosts.apiEndpoint` a `vip`, or the `address` of a load balancer"),
        );
    }
    let Some(vip) = subject.api_vip() else { return };
    if let (Some(_), Ok(address)) =
        (subject.sound(ADDRESS, ()), endpoint.address.parse::<std::net::IpAddr>())
        && address != vip.value
    {
        subject.fault(
            ADDRESS,
            Fault::new(
                "endpoint-is-not-vip",
                format!("the address {address} is not the VIP"),
                "clients would go past the VIP",
            )
            .hint("leave `address` out, or let it be a name of the VIP")
            .related(subject.place(&vip.path), "the VIP"),
        );
    }
}

/// The port of the endpoint must be free, or the API server's own where nothing stands before it.
pub(super) fn port(subject: &Subject<'_>) {
    let endpoint = &subject.cluster.hosts.api_endpoint;
    if [PORT, VIP, ADDRESS].iter().any(|path| subject.sound(*path, ()).is_none()) {
        return;
    }
    let port = endpoint.port;
    if endpoint.vip.is_some() {
        if subject.cluster.has_separate_load_balancers() {
            return;
        }
        let is_there = |owner: &str| owner != "etcd" || !has_external_etcd(subject);
        let mut taken = TAKEN.iter().filter(|(_, owner)| is_there(owner));
        if let Some((_, owner)) = taken.find(|(ports, _)| ports.contains(&port)) {
            subject.fault(
                PORT,
                Fault::new(
                    "port-taken",
                    format!("the VIP cannot use port {port}"),
                    format!("{owner} has it on the control planes"),
                )
                .hint(
                    "the load balancer runs on the control planes too: 8443 is free there; with \
                     `hosts.loadBalancers` any port is",
                ),
            );
        }
        return;
    }
    let first = subject.cluster.hosts.control_plane.first();
    let direct = first.is_some_and(|host| host.address.to_string() == endpoint.address);
    if direct && port != API_SERVER_PORT {
        subject.fault(
            PORT,
            Fault::new(
                "port-without-balancer",
                format!("nothing will listen on port {port}"),
                format!("without a VIP, clients reach the API server itself: {API_SERVER_PORT}"),
            ),
        );
    }
}

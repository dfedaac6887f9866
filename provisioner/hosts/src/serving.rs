//! The names that an API server is known by.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use provisioner_pki::certificate_info;
use provisioner_spec::{Cluster, Host};

use crate::facts::Facts;
use crate::moving::Moving;

/// What kubeadm is told to put into every API server's certificate besides what it puts there by
/// itself. Nothing of other control planes: one more of them is no reason to restart the rest.
pub(crate) fn names_of_all(cluster: &Cluster, moving: Option<&Moving>) -> Vec<String> {
    let endpoint = &cluster.hosts.api_endpoint;
    let mut names: Vec<String> = std::iter::once(endpoint.address.clone())
        .chain(endpoint.vip.map(|vip| vip.to_string()))
        .chain(cluster.kubernetes.api_server.cert_sans.iter().cloned())
        .chain(moving.into_iter().flat_map(Moving::names))
        .collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// The certificate of the host's API server, if it is not for the names that the spec asks for.
pub(crate) fn stale_certificate(
    cluster: &Cluster,
    moving: Option<&Moving>,
    host: &Host,
    facts: &Facts,
) -> Option<String> {
    let pem = facts.kubernetes.api_server_certificate.as_deref()?;
    // One that cannot be read serves nobody.
    let has: Option<BTreeSet<String>> = certificate_info(pem)
        .ok()
        .map(|info| info.subject_alternative_names.iter().map(|name| canonical(name)).collect());
    (has != Some(wanted(cluster, moving, host))).then(|| pem.trim().to_owned())
}

/// All that kubeadm puts into it (`GetAPIServerAltNames` in its app/util/pkiutil).
fn wanted(cluster: &Cluster, moving: Option<&Moving>, host: &Host) -> BTreeSet<String> {
    let domain = &cluster.network.dns.domain;
    let own = [
        host.name.clone(),
        host.address.to_string(),
        "kubernetes".to_owned(),
        "kubernetes.default".to_owned(),
        "kubernetes.default.svc".to_owned(),
        format!("kubernetes.default.svc.{domain}"),
        first_address(cluster.network.service_cidr.primary).to_string(),
    ];
    own.iter().chain(&names_of_all(cluster, moving)).map(|name| canonical(name)).collect()
}

/// An address has several spellings, a name one.
fn canonical(name: &str) -> String {
    name.parse::<IpAddr>().map_or_else(|_| name.to_lowercase(), |address| address.to_string())
}

/// The address of the service `kubernetes`.
fn first_address(range: IpNet) -> IpAddr {
    match range.network() {
        IpAddr::V4(network) => IpAddr::V4((u32::from(network) + 1).into()),
        IpAddr::V6(network) => IpAddr::V6((u128::from(network) + 1).into()),
    }
}

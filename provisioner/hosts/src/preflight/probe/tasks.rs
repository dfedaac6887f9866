use super::super::input::Input;
use super::super::ports;
use crate::facts::Facts;
use provisioner_spec::{Cluster, Host, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// What one host is to find out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Task {
    /// Ports to stand on for the others, free so far.
    pub listen: Vec<u16>,
    /// Ports that the others try and that a service has.
    pub serving: Vec<u16>,
    pub paths: Vec<Destination>,
    /// Addresses that nobody should answer for.
    pub neighbours: Vec<IpAddr>,
    /// The interface on which to listen for VRRP routers.
    pub hear_on: Option<String>,
    /// Addresses of registries and of images in them.
    pub registries: Vec<String>,
    /// Endpoints of an etcd that runs elsewhere.
    pub etcd: Vec<String>,
    /// The proxy to the registries.
    pub proxy: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub name: String,
    /// An address, or a name.
    pub address: String,
    pub port: u16,
}

/// What every host that answered is to find out, by name.
pub fn tasks(input: &Input<'_>) -> BTreeMap<String, Task> {
    let task = |(host, facts)| (Host::clone(host).name, task(input, host, facts));
    input.hosts().map(task).collect()
}

fn task(input: &Input<'_>, host: &Host, facts: &Facts) -> Task {
    let cluster = input.cluster;
    let has_listener = |port: &u16| ports::listeners(facts, *port).next().is_some();
    let (serving, listen) = tried(cluster, host).into_iter().partition(has_listener);
    Task {
        listen,
        serving,
        paths: paths(input, host),
        neighbours: neighbours(cluster, host, facts),
        hear_on: hear_on(cluster, host, facts),
        registries: registries(input, host),
        etcd: etcd(cluster, host),
        proxy: cluster.runtime.containerd.proxy.as_ref().and_then(|proxy| proxy.https.clone()),
    }
}

/// The ports that other hosts will try.
fn tried(cluster: &Cluster, host: &Host) -> BTreeSet<u16> {
    let others = cluster.all_hosts().filter(|other| other.name != host.name);
    others.flat_map(|other| ports_from(cluster, other, host)).collect()
}

fn paths(input: &Input<'_>, from: &Host) -> Vec<Destination> {
    let others = input.hosts().map(|(host, _)| host).filter(|host| host.name != from.name);
    others
        .flat_map(|to| {
            let (name, address) = (&to.name, to.address);
            ports_from(input.cluster, from, to).into_iter().map(move |port| Destination {
                name: name.clone(),
                address: address.to_string(),
                port,
            })
        })
        .chain(endpoint(input.cluster, from))
        .collect()
}

/// A load balancer that is none of the hosts.
fn endpoint(cluster: &Cluster, from: &Host) -> Option<Destination> {
    let (address, port) = cluster.foreign_endpoint()?;
    (from.role != Role::LoadBalancer).then(|| Destination {
        name: address.to_owned(),
        address: address.to_owned(),
        port,
    })
}

/// The ports of one host that another must reach (Kubernetes' "Ports and Protocols"). Every node
/// reaches every API server: kube-proxy leads the service `kubernetes` straight to them.
fn ports_from(cluster: &Cluster, from: &Host, to: &Host) -> Vec<u16> {
    let mut ports = Vec::new();
    if to.role == Role::ControlPlane {
        ports.push(6443);
    }
    if cluster.load_balancers().contains(to) {
        ports.push(cluster.hosts.api_endpoint.port);
    }
    if from.role == Role::ControlPlane && to.role != Role::LoadBalancer {
        ports.push(10250);
        if to.role == Role::ControlPlane && cluster.external_etcd().is_none() {
            ports.extend([2379, 2380]);
        }
    }
    ports
}

fn neighbours(cluster: &Cluster, host: &Host, facts: &Facts) -> Vec<IpAddr> {
    let vips = sharing(cluster, host);
    vips.into_iter().filter(|address| !facts.holds(*address)).collect()
}

/// VRRP is heard over IPv4 only.
fn hear_on(cluster: &Cluster, host: &Host, facts: &Facts) -> Option<String> {
    let link = facts.interface_of(host.address)?.0;
    let shares = sharing(cluster, host).iter().any(IpAddr::is_ipv4);
    shares.then(|| link.name.clone())
}

/// The VIPs that this host may hold.
fn sharing(cluster: &Cluster, host: &Host) -> Vec<IpAddr> {
    let api = cluster.hosts.api_endpoint.vip.filter(|_| cluster.load_balancers().contains(host));
    let edge = cluster.hosts.edge.as_ref().filter(|_| host.role == Role::Edge);
    api.into_iter().chain(edge.and_then(|edge| edge.vip)).collect()
}

/// The control planes are the only clients of etcd.
fn etcd(cluster: &Cluster, host: &Host) -> Vec<String> {
    let external = cluster.external_etcd().filter(|_| host.role == Role::ControlPlane);
    external.map(|etcd| etcd.endpoints.clone()).unwrap_or_default()
}

/// The first control plane asks for every image, the others only whether the registries are there.
fn registries(input: &Input<'_>, host: &Host) -> Vec<String> {
    if input.bundle.is_some() || host.role == Role::LoadBalancer {
        return Vec::new();
    }
    let first = input.cluster.first_control_plane().map(|first| &first.name) == Some(&host.name);
    let images = input.images.iter().filter_map(|image| address(input.cluster, image));
    let urls: BTreeSet<String> = images
        .map(|(base, manifest)| if first { format!("{base}{manifest}") } else { base })
        .collect();
    urls.into_iter().collect()
}

/// Where an image is asked for (OCI distribution specification): the base of the registry, or of its
/// first mirror, and the rest.
fn address(cluster: &Cluster, image: &str) -> Option<(String, String)> {
    let (registry, path) = image.split_once('/')?;
    let (name, reference) =
        path.split_once('@').or_else(|| path.rsplit_once(':')).unwrap_or((path, "latest"));
    let mirror = cluster.runtime.containerd.mirrors.get(registry).and_then(|list| list.first());
    let server = match (mirror, registry) {
        (Some(mirror), _) => mirror.trim_end_matches('/').to_owned(),
        (None, "docker.io") => "https://registry-1.docker.io".to_owned(),
        (None, registry) => format!("https://{registry}"),
    };
    Some((format!("{server}/v2/"), format!("{name}/manifests/{reference}")))
}

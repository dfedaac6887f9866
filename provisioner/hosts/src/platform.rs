//! What the edge, DNS, storage and monitoring of a spec mean for its hosts, as playbooks see it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use provisioner_spec::{Addon, Cluster, Host, Ingress, ProxyMode, Role};
use serde_json::{Value, json};

use crate::facts::Facts;
use crate::security;

/// The highest priority of a VRRP router of ours; each further host has one less.
const HIGHEST_PRIORITY: usize = 150;

/// Where a node's DNS cache listens.
const NODE_LOCAL_DNS: &str = "169.254.20.10";

/// Whether `HAProxy` or keepalived run on an edge node.
pub(crate) fn balances_edge(cluster: &Cluster, host: &Host) -> bool {
    let has_vip = cluster.hosts.edge.as_ref().is_some_and(|edge| edge.vip.is_some());
    host.role == Role::Edge && (has_vip || cluster.ingress().is_some())
}

/// The edge, as one of its nodes sees it.
pub(crate) fn edge(cluster: &Cluster, host: &Host, facts: &Facts) -> Value {
    let Some(edge) = cluster.hosts.edge.as_ref().filter(|_| host.role == Role::Edge) else {
        return json!({"vip": null, "ingress": null});
    };
    let index = edge.nodes.iter().position(|other| other.name == host.name).unwrap_or_default();
    let link = facts.interface_of(host.address);
    let interface = host.interface.clone().or_else(|| edge.interface.clone());
    let interface = interface.or_else(|| link.map(|(link, _)| link.name.clone()));
    let peers = edge.nodes.iter().filter(|other| other.name != host.name);
    let ingress = cluster.ingress();
    json!({
        "vip": edge.vip,
        "interface": interface,
        "prefix": vip_prefix(host, link.map(|(_, prefix)| prefix)),
        "routerId": edge.router_id,
        "priority": HIGHEST_PRIORITY.saturating_sub(index),
        "peers": peers.map(|other| other.address).collect::<Vec<_>>(),
        "proxyProtocol": edge.proxy_protocol,
        "ingress": ingress.map(Ingress::addon),
        "gateway": ingress.map(|ingress| gateway(cluster, ingress)),
    })
}

/// The prefix that a VIP has on a host whose own address has another. One of a whole IPv6 network would
/// make it an address that the host sends from; keepalived deprecates that of a single address.
pub(crate) fn vip_prefix(host: &Host, own: Option<u8>) -> u8 {
    if host.address.is_ipv4() { own.unwrap_or(32) } else { 128 }
}

/// At which ports of its own node the gateway takes connections, and says whether it is ready.
fn gateway(cluster: &Cluster, ingress: Ingress) -> Value {
    let settings = cluster.addons.get(ingress.addon()).map(|addon| json!(addon.settings));
    let settings = settings.unwrap_or_default();
    let (ports, path) = match ingress {
        Ingress::Istio => (&settings["gateway"], "/healthz/ready"),
        Ingress::Traefik => (&settings, "/ping"),
    };
    json!({
        "http": ports["httpPort"],
        "https": ports["httpsPort"],
        "status": ports["statusPort"],
        "statusPath": path,
    })
}

/// The configuration of the DNS service.
pub(crate) fn dns(cluster: &Cluster) -> Value {
    let dns = &cluster.network.dns;
    let list =
        |(name, addresses): (&String, &Vec<IpAddr>)| json!({"name": name, "addresses": addresses});
    let lists = |names: &BTreeMap<String, Vec<IpAddr>>| names.iter().map(list).collect::<Vec<_>>();
    json!({
        "managed": dns.is_managed(),
        "domain": dns.domain,
        "stubDomains": lists(&dns.stub_domains),
        "hosts": lists(&dns.hosts),
        "upstreams": dns.upstreams,
        "replicas": dns.replicas,
    })
}

/// The address at which pods ask for names. A cache on every node takes the address of the DNS service,
/// except with IPVS, where that is kube-proxy's.
pub(crate) fn pods_dns(cluster: &Cluster) -> String {
    let network = &cluster.network;
    if network.dns.node_local && network.proxy.mode == ProxyMode::Ipvs {
        let settings = cluster.addons.get("nodelocaldns").map(|addon| &addon.settings);
        let address = settings.and_then(|settings| settings.get("address")?.as_str());
        return address.unwrap_or(NODE_LOCAL_DNS).to_owned();
    }
    network.dns.address.to_string()
}

/// The NFS volumes, as a host sees them.
pub(crate) fn nfs(cluster: &Cluster, host: &Host) -> Value {
    let Some(nfs) = enabled(cluster, "nfs") else {
        return json!({"client": false, "server": false});
    };
    let server = nfs.settings.get("server").and_then(Value::as_str);
    let is_server = server.is_some_and(|server| {
        server == host.name || host.addresses().any(|address| server == address.to_string())
    });
    json!({
        "client": true,
        "server": is_server,
        "path": nfs.settings.get("path"),
        "clients": cluster.nodes().flat_map(Host::addresses).collect::<Vec<_>>(),
    })
}

/// The folders of a host that are volumes of the cluster.
pub(crate) fn local_volumes(cluster: &Cluster, host: &Host) -> Vec<String> {
    let settings = enabled(cluster, "local-volumes").map(|addon| &addon.settings);
    let volumes = settings.and_then(|settings| settings.get("volumes")?.as_array());
    let of_host = volumes.into_iter().flatten().filter(|one| one["node"] == host.name.as_str());
    of_host.filter_map(|one| one["path"].as_str()).map(str::to_owned).collect()
}

/// Whether somebody scrapes the hosts.
pub(crate) fn is_monitored(cluster: &Cluster) -> bool {
    enabled(cluster, "monitoring").is_some()
}

/// Every address of a host of the cluster, those of its own family among them: `::` takes in both.
pub(crate) fn any_address(cluster: &Cluster) -> IpAddr {
    if cluster.nodes().any(|node| node.address.is_ipv6()) {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    }
}

/// Flags of a component of the control plane: those of the spec, and before them what is needed so that
/// its metrics can be scraped.
pub(crate) fn arguments(
    cluster: &Cluster,
    component: &str,
    given: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let any = any_address(cluster);
    let (flag, open) = match component {
        "etcd" => ("listen-metrics-urls", format!("http://{}", SocketAddr::new(any, 2381))),
        _ => ("bind-address", any.to_string()),
    };
    let mut arguments = BTreeMap::new();
    if is_monitored(cluster) {
        arguments.insert(flag.to_owned(), open);
    }
    arguments.extend(security::arguments(cluster, component, given));
    arguments
}

fn enabled<'a>(cluster: &'a Cluster, name: &str) -> Option<&'a Addon> {
    cluster.addons.get(name).filter(|addon| addon.enabled)
}

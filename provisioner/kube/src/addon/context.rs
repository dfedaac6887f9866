//! What templates and conditions of addons see. The reference is docs/addons.md.

use provisioner_spec::{Cluster, Host, NetworkPlugin, ProxyMode};
use serde_json::{Map, Value, json};

use super::secrets::completed;
use super::{Addon, Library, Secrets, Selection};

/// The context of an addon in a cluster.
pub(crate) fn context(
    cluster: &Cluster,
    library: &Library,
    selection: &Selection,
    addon: &Addon,
    secrets: &Secrets,
) -> Value {
    let mut context = cluster_context(cluster);
    let mut addons = Map::new();
    for other in library.iter() {
        let settings = settings(cluster, other, secrets);
        let enabled = selection.contains(&other.name);
        addons.insert(other.name.clone(), json!({"enabled": enabled, "settings": settings}));
    }
    context["settings"] = addons[&addon.name]["settings"].clone();
    context["addon"] = json!({
        "name": addon.name,
        "version": addon.version,
        "namespace": addon.namespace,
    });
    context["addons"] = Value::Object(addons);
    context
}

/// The settings of an addon: those of the spec, or the defaults where the spec does not name it.
fn settings(cluster: &Cluster, addon: &Addon, secrets: &Secrets) -> Value {
    let schema = json!({"type": "object", "properties": addon.settings});
    let mut settings = match cluster.addons.get(&addon.name) {
        Some(said) => completed(&Value::Object(said.settings.clone()), &schema, secrets),
        None => completed(&defaults(&schema), &schema, secrets),
    };
    // Pods do not know the hosts by their names.
    for (key, _) in addon.settings.iter().filter(|(_, setting)| setting["format"] == "host") {
        let host = settings[key].as_str().and_then(|name| cluster.host(name));
        if let Some(host) = host {
            settings[key] = json!(host.address);
        }
    }
    settings
}

fn defaults(schema: &Value) -> Value {
    if let Some(default) = schema.get("default") {
        return default.clone();
    }
    match schema["properties"].as_object() {
        Some(parts) if schema.get("required").is_none() => {
            let part = |(key, part): (&String, &Value)| (key.clone(), defaults(part));
            Value::Object(parts.iter().map(part).filter(|(_, value)| !value.is_null()).collect())
        }
        _ => Value::Null,
    }
}

/// What does not depend on the addon; conditions that imply one see this.
pub(crate) fn cluster_context(cluster: &Cluster) -> Value {
    let network = &cluster.network;
    let edge = cluster.hosts.edge.as_ref();
    json!({
        "cluster": {"name": cluster.name},
        "kubernetes": {
            "version": cluster.kubernetes.version.to_string(),
            "minor": cluster.kubernetes.version.minor,
            "imageRepository": cluster.kubernetes.image_repository,
        },
        "network": {
            "podCidr": network.pod_cidr,
            "serviceCidr": network.service_cidr,
            "plugin": match network.plugin {
                NetworkPlugin::Calico => "calico",
                NetworkPlugin::Bridge => "bridge",
                NetworkPlugin::None => "none",
            },
            "proxyMode": match network.proxy.mode {
                ProxyMode::Ipvs => "ipvs",
                ProxyMode::Nftables => "nftables",
                ProxyMode::Iptables => "iptables",
            },
            "dnsDomain": network.dns.domain,
            "dnsAddress": network.dns.address,
            "nodeLocalDns": network.dns.node_local,
            "hostsNetwork": cluster.hosts.vip_network(),
        },
        "endpoint": {
            "address": cluster.hosts.api_endpoint.address,
            "port": cluster.hosts.api_endpoint.port,
        },
        "edge": {
            "vip": edge.and_then(|edge| edge.vip),
            "present": edge.is_some(),
            "proxyProtocol": edge.is_some_and(|edge| edge.proxy_protocol),
            "ingress": cluster.ingress().map(provisioner_spec::Ingress::addon),
        },
        "nodes": cluster.all_hosts().count(),
        "hosts": list(cluster.all_hosts()),
        "controlPlanes": list(cluster.control_planes().iter()),
        "workers": list(cluster.workers().iter()),
        "edges": list(cluster.edge_nodes().iter()),
        "loadBalancers": list(load_balancers(cluster)),
    })
}

/// The hosts with a `HAProxy` of ours.
fn load_balancers(cluster: &Cluster) -> impl Iterator<Item = &Host> {
    let edges = if cluster.ingress().is_some() { cluster.edge_nodes() } else { &[] };
    cluster.load_balancers().iter().chain(edges)
}

fn list<'a>(hosts: impl Iterator<Item = &'a Host>) -> Vec<Value> {
    let one = |host: &Host| json!({"name": host.name, "address": host.address, "role": host.role});
    hosts.map(one).collect()
}

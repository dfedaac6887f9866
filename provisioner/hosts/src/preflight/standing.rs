//! What a cluster that stands cannot be brought to by `up`.

use super::finding::Report;
use super::input::Input;
use crate::encryption;
use crate::facts::Facts;
use provisioner_spec::{Cidrs, Host, NetworkPlugin, Role};
use semver::Version;

const JOINED: &str = "/var/lib/provisioner/joined";
/// What kubeadm makes on control planes alone.
const OF_CONTROL_PLANES: [&str; 2] =
    ["/etc/kubernetes/admin.conf", "/etc/kubernetes/manifests/kube-apiserver.yaml"];
const BRIDGE: &str = "/etc/cni/net.d/10-provisioner.conflist";
const CALICO: &str = "/etc/cni/net.d/10-calico.conflist";

/// The hosts on which kubeadm has finished, of this very cluster.
fn members<'a>(input: &Input<'a>) -> Vec<(&'a Host, &'a Facts)> {
    input.hosts().filter(|(_, facts)| input.is_ours(facts) && has(facts, JOINED)).collect()
}

fn has(facts: &Facts, path: &str) -> bool {
    facts.kubernetes.paths.iter().any(|there| there == path)
}

pub(super) fn settings(input: &Input<'_>, report: &mut Report) {
    let network = &input.cluster.network;
    let kubelet = &input.cluster.kubernetes.kubelet;
    let driver = kubelet.get("cgroupDriver").and_then(|driver| driver.as_str());
    for (host, facts) in members(input) {
        let kubernetes = &facts.kubernetes;
        let range = |has: &Option<String>| has.as_ref()?.parse::<Cidrs>().ok();
        let mut differs = |key: &str, has: &str, says: &str| {
            if has != says {
                let message = format!("{key} is {has} in the cluster, and {says} in the spec");
                report.error(&[&host.name], message);
            }
        };
        if let Some(has) = range(&kubernetes.pod_range) {
            differs("network.podCidr", &has.to_string(), &network.pod_cidr.to_string());
        }
        if let Some(has) = range(&kubernetes.service_range) {
            differs("network.serviceCidr", &has.to_string(), &network.service_cidr.to_string());
        }
        if let Some(has) = &kubernetes.dns_domain {
            differs("network.dns.domain", has, &network.dns.domain);
        }
        // Without its key the API server cannot read what is there.
        let is_encrypted = facts.pki.contains_key(encryption::FILE);
        if is_encrypted && !input.cluster.security.encryption.enabled {
            differs("security.encryption.enabled", "true", "false");
        }
        if let Some(servers) = &kubernetes.etcd_servers {
            let place = |is_elsewhere: bool| {
                if is_elsewhere { "external" } else { "on the control planes" }
            };
            let is_own =
                ["https://127.0.0.1:2379", "https://[::1]:2379"].contains(&servers.as_str());
            let says = place(input.cluster.external_etcd().is_some());
            differs("kubernetes.etcd", place(!is_own), says);
        }
        let endpoint = &input.cluster.hosts.api_endpoint;
        if let (Some(has), None) = (kubernetes.vips.first(), endpoint.vip) {
            differs("hosts.apiEndpoint.vip", &has.to_string(), "none");
        }
        // Two groups of hosts would hold one VIP.
        if !kubernetes.vips.is_empty() && input.cluster.has_separate_load_balancers() {
            differs("hosts.loadBalancers", "the control planes", "other hosts");
        }
        if let Some(has) = other_plugin(network.plugin, facts) {
            differs("network.plugin", has.as_str(), network.plugin.as_str());
        }
        if let Some(has) = &kubernetes.cgroup_driver {
            differs("kubernetes.kubelet.cgroupDriver", has, driver.unwrap_or("systemd"));
        }
    }
}

/// The plugin that has left its configuration, where the spec says another one. Whoever brings a plugin of
/// their own (`none`) may bring calico.
fn other_plugin(says: NetworkPlugin, facts: &Facts) -> Option<NetworkPlugin> {
    match says {
        NetworkPlugin::Bridge => has(facts, CALICO).then_some(NetworkPlugin::Calico),
        NetworkPlugin::Calico | NetworkPlugin::None => {
            has(facts, BRIDGE).then_some(NetworkPlugin::Bridge)
        }
    }
}

pub(super) fn roles(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in members(input) {
        // The key stays where kubeadm has taken back what an attempt to join had left.
        let is_control_plane = OF_CONTROL_PLANES.iter().any(|path| has(facts, path))
            || facts.pki.contains_key("ca.key");
        let is = match (host.role, is_control_plane) {
            (Role::ControlPlane, false) => "a node without a control plane",
            (Role::Worker | Role::Edge, true) => "a control plane",
            (Role::LoadBalancer, _) => "a node",
            _ => continue,
        };
        let message =
            format!("in the cluster it is {is}, and its role in the spec is {}", host.role);
        report.error(&[&host.name], message);
    }
}

pub(super) fn version(input: &Input<'_>, report: &mut Report) {
    let says = &input.cluster.kubernetes.version;
    for (host, facts) in members(input) {
        let kubelet = facts.programs.get("kubelet");
        let kubelet = kubelet.and_then(|program| program.version.parse::<Version>().ok());
        let parts = [("API server", facts.kubernetes.version.clone()), ("kubelet", kubelet)];
        for (part, has) in parts {
            if let Some(has) = has.filter(|has| has != says) {
                let message = format!("the {part} is of {has}, and the spec says {says}");
                report.error(&[&host.name], message);
            }
        }
    }
}

//! What a cluster that stands cannot be brought to by `up`.

use super::check::Input;
use super::finding::Report;
use crate::encryption;
use crate::facts::Facts;
use provisioner_spec::{Cidrs, Host};
use semver::Version;

const JOINED: &str = "/var/lib/provisioner/joined";

/// The hosts on which kubeadm has finished, of this very cluster.
fn members<'a>(input: &Input<'a>) -> Vec<(&'a Host, &'a Facts)> {
    let has_joined = |facts: &Facts| facts.kubernetes.paths.iter().any(|path| path == JOINED);
    input.hosts().filter(|(_, facts)| input.is_ours(facts) && has_joined(facts)).collect()
}

pub(super) fn settings(input: &Input<'_>, report: &mut Report<'_>) {
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
        if let Some(has) = &kubernetes.cgroup_driver {
            differs("kubernetes.kubelet.cgroupDriver", has, driver.unwrap_or("systemd"));
        }
    }
}

pub(super) fn version(input: &Input<'_>, report: &mut Report<'_>) {
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

//! What every host must be.

use super::finding::Report;
use super::input::Input;
use crate::facts::{Architecture, Facts, Family};
use provisioner_spec::Role;

/// kubeadm's own limits (`kubeadm/app/constants`: `ControlPlaneMem`, `ControlPlaneNumCPU`).
const CONTROL_PLANE_MEMORY_MIB: u64 = 1700;
const CONTROL_PLANE_CPUS: u32 = 2;
/// Below it kubelet, containerd and kube-proxy leave nothing for pods.
const NODE_MEMORY_MIB: u64 = 700;

pub(super) fn facts(input: &Input<'_>, report: &mut Report) {
    for host in input.cluster.all_hosts() {
        match input.facts.get(&host.name) {
            None => report.error(&[&host.name], "it was not reached"),
            Some(facts) if !facts.complete => {
                report.error(&[&host.name], "it stopped answering before it had said everything");
            }
            Some(_) => {}
        }
    }
}

pub(super) fn root(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        match facts.uid {
            Some(0) => {}
            Some(uid) => report.error(&[&host.name], format!("commands run as uid {uid}")),
            None => report.error(&[&host.name], "it cannot be told as whom commands run"),
        }
    }
}

pub(super) fn operating_system(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        let os = &facts.os;
        let name = if os.pretty.is_empty() { &os.id } else { &os.pretty };
        if os.family == Family::Other {
            let name = if name.is_empty() { "an unknown system" } else { name };
            report.error(&[&host.name], format!("{name} is not supported"));
        } else if is_too_old(&os.id, &os.version_id) {
            report.warning(&[&host.name], format!("{name} is older than what is tested"));
        }
    }
}

fn is_too_old(id: &str, version: &str) -> bool {
    let major: Option<u32> = version.split('.').next().and_then(|major| major.parse().ok());
    let oldest = match id {
        "debian" => 11,
        "ubuntu" => 20,
        "rhel" | "centos" | "rocky" | "almalinux" | "ol" => 8,
        _ => return false,
    };
    major.is_some_and(|major| major < oldest)
}

pub(super) fn architecture(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        if !matches!(facts.architecture, Architecture::Amd64 | Architecture::Arm64) {
            let name = facts.architecture.name();
            report.error(&[&host.name], format!("its architecture is {name}"));
        }
    }
}

pub(super) fn systemd(input: &Input<'_>, report: &mut Report) {
    for (host, _) in input.hosts().filter(|(_, facts)| !facts.systemd) {
        report.error(&[&host.name], "it was not booted with systemd");
    }
}

pub(super) fn package_manager(input: &Input<'_>, report: &mut Report) {
    for (host, _) in input.hosts().filter(|(_, facts)| facts.package_manager.is_none()) {
        report.error(&[&host.name], "neither apt-get nor dnf is there");
    }
}

pub(super) fn memory(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.nodes() {
        let has = facts.memory_mib;
        if host.role == Role::ControlPlane && has < CONTROL_PLANE_MEMORY_MIB {
            let needs = CONTROL_PLANE_MEMORY_MIB;
            let message = format!("{has} MiB of memory, and a control plane needs {needs}");
            report.error(&[&host.name], message);
        } else if has < NODE_MEMORY_MIB {
            let message = format!("{has} MiB of memory, and a node needs {NODE_MEMORY_MIB}");
            report.error(&[&host.name], message);
        }
    }
}

pub(super) fn cpus(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.control_planes() {
        if facts.cpus < CONTROL_PLANE_CPUS {
            let has = facts.cpus;
            let message = format!("CPUs: {has}, and a control plane needs {CONTROL_PLANE_CPUS}");
            report.error(&[&host.name], message);
        }
    }
}

pub(super) fn swap(input: &Input<'_>, report: &mut Report) {
    let tolerated = input.cluster.kubernetes.kubelet.get("failSwapOn");
    if tolerated.and_then(serde_json::Value::as_bool) == Some(false) {
        return;
    }
    for (host, facts) in input.nodes().filter(|(_, facts)| !facts.swaps.is_empty()) {
        let swaps = facts.swaps.join(", ");
        report.warning(&[&host.name], format!("swap is on ({swaps}); `up` turns it off"));
    }
}

pub(super) fn cgroup_version(input: &Input<'_>, report: &mut Report) {
    let fail = input.cluster.kubernetes.kubelet.get("failCgroupV1");
    let accepted = fail.and_then(serde_json::Value::as_bool) == Some(false);
    let version = &input.cluster.kubernetes.version;
    for (host, facts) in input.nodes() {
        match facts.cgroup.as_ref().map(|cgroup| cgroup.version) {
            None => report.error(&[&host.name], "no control groups are mounted"),
            // KEP-5573: refused from 1.35 on; KEP-4569: in maintenance mode since 1.31.
            Some(1) if input.minor() >= 35 && !accepted => report.error(
                &[&host.name],
                format!("it has cgroup v1, which the kubelet of {version} refuses"),
            ),
            Some(1) if input.minor() >= 31 && !accepted => report.warning(
                &[&host.name],
                "it has cgroup v1, which Kubernetes no longer develops and refuses from 1.35 on",
            ),
            Some(_) => {}
        }
    }
}

pub(super) fn cgroup_controllers(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.nodes() {
        let missing = missing_controllers(facts);
        if !missing.is_empty() {
            let missing = missing.join(", ");
            report.error(&[&host.name], format!("cgroup controllers are missing: {missing}"));
        }
    }
}

/// What the kubelet refuses to start without.
fn missing_controllers(facts: &Facts) -> Vec<&'static str> {
    let Some(cgroup) = &facts.cgroup else { return Vec::new() };
    ["cpu", "cpuset", "memory", "pids"]
        .into_iter()
        .filter(|needed| !cgroup.controllers.iter().any(|name| name == needed))
        .collect()
}

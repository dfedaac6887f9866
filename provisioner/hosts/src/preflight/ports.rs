//! The ports that the cluster's own processes listen on.

use super::finding::Report;
use super::input::Input;
use crate::facts::{Facts, Protocol, Socket};
use crate::platform;
use provisioner_spec::{Cluster, Host, Role};

/// A port, and the process that has it once the cluster is up. The kernel cuts a process's name
/// after 15 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) number: u16,
    pub(super) owner: &'static str,
}

const NODE: [Port; 2] =
    [Port { number: 10250, owner: "kubelet" }, Port { number: 10256, owner: "kube-proxy" }];
const CONTROL_PLANE: [Port; 5] = [
    Port { number: 6443, owner: "kube-apiserver" },
    Port { number: 2379, owner: "etcd" },
    Port { number: 2380, owner: "etcd" },
    Port { number: 10257, owner: "kube-controller" },
    Port { number: 10259, owner: "kube-scheduler" },
];

/// The TCP ports that a host of the cluster needs for itself.
pub(super) fn needed(cluster: &Cluster, host: &Host) -> Vec<Port> {
    let mut ports = if host.role == Role::LoadBalancer { Vec::new() } else { NODE.to_vec() };
    if host.role == Role::ControlPlane {
        let is_there = |port: &&Port| port.owner != "etcd" || cluster.external_etcd().is_none();
        ports.extend(CONTROL_PLANE.iter().filter(is_there));
    }
    if cluster.load_balancers().contains(host) {
        ports.push(Port { number: cluster.hosts.api_endpoint.port, owner: "haproxy" });
    }
    if platform::balances_edge(cluster, host) && cluster.ingress().is_some() {
        ports.extend([80, 443].map(|number| Port { number, owner: "haproxy" }));
    }
    ports
}

pub(super) fn free(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        for port in needed(input.cluster, host) {
            let taken = listeners(facts, port.number)
                .find(|socket| !is_expected(input, facts, port, socket));
            if let Some(socket) = taken {
                let by = match &socket.process {
                    Some(process) => format!("{} (process {})", process.name, process.pid),
                    None => "a process that it does not name".to_owned(),
                };
                let message = format!("port {} ({}) is taken by {by}", port.number, port.owner);
                report.error(&[&host.name], message);
            }
        }
    }
}

pub(super) fn listeners(facts: &Facts, port: u16) -> impl Iterator<Item = &Socket> {
    let wanted = move |socket: &&Socket| socket.protocol == Protocol::Tcp && socket.port == port;
    facts.sockets.iter().filter(wanted)
}

fn is_expected(input: &Input<'_>, facts: &Facts, port: Port, socket: &Socket) -> bool {
    let expected = socket.process.as_ref().is_none_or(|process| process.name == port.owner);
    input.is_ours(facts) && expected
}

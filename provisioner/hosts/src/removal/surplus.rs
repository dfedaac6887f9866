//! The nodes that the spec does not have, and which of them go first.

use provisioner_spec::Cluster;

use super::survey::{Node, Survey};

/// Names of nodes that the spec does not have.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Surplus {
    /// Nobody can join as long as they are there.
    pub in_the_way: Vec<String>,
    /// They go when those have joined to whom their pods can move.
    pub others: Vec<String>,
}

impl Surplus {
    pub(crate) fn of(cluster: &Cluster, survey: &Survey) -> Self {
        let nodes = survey.nodes.iter();
        let nodes = nodes.filter(|node| cluster.host(&node.metadata.name).is_none());
        let (first, others): (Vec<_>, Vec<_>) =
            nodes.partition(|node| is_in_the_way(node, cluster, survey));
        let names =
            |nodes: Vec<&Node>| nodes.iter().map(|node| node.metadata.name.clone()).collect();
        Self { in_the_way: names(first), others: names(others) }
    }
}

/// A host that is to bear another name; or a control plane that is not well: kubeadm adds none to a cluster one
/// of whose members of etcd is not healthy.
fn is_in_the_way(node: &Node, cluster: &Cluster, survey: &Survey) -> bool {
    let address = node.address();
    let is_there = cluster.nodes().any(|host| host.addresses().any(|own| address == Some(own)));
    let mut members = survey.members.iter();
    let is_unwell = members.any(|member| member.name == node.metadata.name && !member.healthy);
    is_there || (node.is_control_plane() && (is_unwell || !node.is_ready()))
}

//! What is changed in the static pods that kubeadm makes.

use provisioner_spec::{Amounts, Cluster, Resources};
use serde_json::{Map, Value, json};

/// By component, a strategic merge patch of its pod.
pub(crate) fn patches(cluster: &Cluster) -> Vec<Value> {
    let given = components(cluster).into_iter().filter(|(_, resources)| !resources.is_empty());
    given
        .map(|(name, resources)| {
            let container = json!({"name": name, "resources": container_resources(resources)});
            json!({"component": name, "patch": {"spec": {"containers": [container]}}})
        })
        .collect()
}

/// The components that stay as kubeadm makes them.
pub(crate) fn unpatched(cluster: &Cluster) -> Vec<&'static str> {
    let left = components(cluster).into_iter().filter(|(_, resources)| resources.is_empty());
    left.map(|(name, _)| name).collect()
}

fn components(cluster: &Cluster) -> [(&'static str, &Resources); 4] {
    let kubernetes = &cluster.kubernetes;
    [
        ("etcd", &kubernetes.etcd.resources),
        ("kube-apiserver", &kubernetes.api_server.resources),
        ("kube-controller-manager", &kubernetes.controller_manager.resources),
        ("kube-scheduler", &kubernetes.scheduler.resources),
    ]
}

fn container_resources(resources: &Resources) -> Value {
    let mut given = Map::new();
    for (key, amounts) in [("requests", &resources.requests), ("limits", &resources.limits)] {
        let Amounts { cpu, memory } = amounts;
        let pairs = [("cpu", cpu), ("memory", memory)];
        let amounts: Map<String, Value> = pairs
            .into_iter()
            .filter_map(|(key, amount)| Some((key.to_owned(), amount.clone()?.into())))
            .collect();
        if !amounts.is_empty() {
            given.insert(key.to_owned(), amounts.into());
        }
    }
    given.into()
}

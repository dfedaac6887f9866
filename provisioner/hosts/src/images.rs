//! Which container images a cluster needs, and which of a bundle's go where.

use provisioner_bundle::{Bundle, COMPONENTS};
use provisioner_spec::{Cluster, Role};

/// Images that only control planes run, by the last part of their name.
const CONTROL_PLANE_ONLY: [&str; 4] =
    ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"];

/// The pause image of a version (`PauseVersion` in Kubernetes' cmd/kubeadm/app/constants).
fn pause_tag(minor: u64) -> &'static str {
    match minor {
        ..=20 => "3.2",
        21 => "3.4.1",
        22 => "3.5",
        23 => "3.6",
        24 => "3.7",
        25 => "3.8",
        26..=30 => "3.9",
        31..=33 => "3.10",
        34 | 35 => "3.10.1",
        _ => "3.10.2",
    }
}

/// The image of pods' sandboxes: the bundle's, if it has one.
pub(crate) fn pause_image(cluster: &Cluster, bundle: Option<&Bundle>) -> String {
    let kubernetes = &cluster.kubernetes;
    let ours = bundle.and_then(|bundle| reference(bundle, "pause"));
    ours.unwrap_or_else(|| {
        format!("{}/pause:{}", kubernetes.image_repository, pause_tag(kubernetes.version.minor))
    })
}

/// Full references of what a cluster needs at the least. The tags of etcd and `CoreDNS` are kubeadm's
/// secret; with a bundle it is its own that count, and one without any is found out by name.
pub(crate) fn needed(cluster: &Cluster, bundle: Option<&Bundle>) -> Vec<String> {
    let kubernetes = &cluster.kubernetes;
    let repository = &kubernetes.image_repository;
    let mut images: Vec<String> = COMPONENTS
        .iter()
        .map(|component| format!("{repository}/{component}:v{}", kubernetes.version))
        .collect();
    images.push(pause_image(cluster, bundle));
    if let Some(bundle) = bundle {
        let named =
            |name: &str| reference(bundle, name).unwrap_or_else(|| format!("{repository}/{name}"));
        if cluster.external_etcd().is_none() {
            images.push(named("etcd"));
        }
        if cluster.network.dns.enabled {
            images.push(named("coredns"));
        }
    }
    images
}

/// Whether an image of the bundle is for hosts of this role.
pub(crate) fn is_for(reference: &str, role: Role) -> bool {
    role == Role::ControlPlane || !CONTROL_PLANE_ONLY.contains(&short_name(reference))
}

/// Whether nobody of this cluster runs an image: etcd's, where it runs elsewhere.
pub(crate) fn is_superfluous(reference: &str, cluster: &Cluster) -> bool {
    cluster.external_etcd().is_some() && short_name(reference) == "etcd"
}

/// The bundle's image of that short name.
fn reference(bundle: &Bundle, name: &str) -> Option<String> {
    let mut references = bundle.images().iter().flat_map(|image| &image.references);
    references.find(|reference| short_name(reference) == name).cloned()
}

/// `registry.k8s.io/coredns/coredns:v1.12.1` -> `coredns`.
fn short_name(reference: &str) -> &str {
    let path = reference.split('@').next().unwrap_or(reference);
    let last = path.rsplit('/').next().unwrap_or(path);
    last.split(':').next().unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::{is_for, short_name};
    use provisioner_spec::Role;

    #[test]
    fn names_are_short_whatever_the_registry() {
        assert_eq!(short_name("registry.k8s.io/coredns/coredns:v1.12.1"), "coredns");
        assert_eq!(short_name("localhost:5000/etcd:3.4.13-0"), "etcd");
        assert_eq!(short_name("k8s.gcr.io/pause@sha256:ab"), "pause");
    }

    #[test]
    fn workers_need_no_control_plane() {
        assert!(!is_for("k8s.gcr.io/kube-apiserver:v1.20.2", Role::Worker));
        assert!(is_for("k8s.gcr.io/kube-proxy:v1.20.2", Role::Worker));
        assert!(is_for("k8s.gcr.io/etcd:3.4.13-0", Role::ControlPlane));
    }
}

use super::listing::cluster;
use super::world::bundle;
use crate::images::{needed, pause_image};

#[test]
fn without_a_bundle_the_tags_that_kubeadm_alone_knows_are_left_out() {
    let cluster = cluster("1.28.15");
    insta::assert_snapshot!(needed(&cluster, None).join("\n"), @r"
    registry.k8s.io/kube-apiserver:v1.28.15
    registry.k8s.io/kube-controller-manager:v1.28.15
    registry.k8s.io/kube-scheduler:v1.28.15
    registry.k8s.io/kube-proxy:v1.28.15
    registry.k8s.io/pause:3.9
    ");
}

#[test]
fn with_a_bundle_its_own_tags_count() {
    let mut cluster = cluster("1.36.2");
    let bundle = bundle(&cluster, false);
    insta::assert_snapshot!(needed(&cluster, Some(&bundle)).join("\n"), @r"
    registry.k8s.io/kube-apiserver:v1.36.2
    registry.k8s.io/kube-controller-manager:v1.36.2
    registry.k8s.io/kube-scheduler:v1.36.2
    registry.k8s.io/kube-proxy:v1.36.2
    registry.k8s.io/pause:3.10.2
    registry.k8s.io/etcd:3.6.6-0
    registry.k8s.io/coredns/coredns:v1.13.1
    ");
    cluster.network.dns.enabled = false;
    let without = needed(&cluster, Some(&bundle));
    assert!(!without.iter().any(|image| image.contains("coredns")), "{without:?}");
    // One that lacks something is found out by the name.
    cluster.kubernetes.version = semver::Version::new(1, 36, 3);
    assert!(needed(&cluster, Some(&bundle))[0].ends_with("kube-apiserver:v1.36.3"));
}

/// Tags of pause as `kubeadm config images list` of these versions prints them.
#[test]
fn sandboxes_have_the_image_of_their_version() {
    for (version, tag) in
        [("1.20.2", "3.2"), ("1.22.17", "3.5"), ("1.28.15", "3.9"), ("1.31.0", "3.10")]
    {
        let image = pause_image(&cluster(version), None);
        assert!(image.ends_with(&format!("/pause:{tag}")), "{version}: {image}");
    }
}

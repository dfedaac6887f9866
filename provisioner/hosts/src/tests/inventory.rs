use secrecy::ExposeSecret;

use super::world::{World, kubeadms_pki, new_pki};
use crate::HostsError;
use crate::inventory::registry_name;

fn authority(world: &World) -> Result<Option<String>, HostsError> {
    let pki = world.inventory().pki(&world.site.cluster)?;
    Ok(pki.map(|pki| pki.ca.cert_pem.trim().to_owned()))
}

fn says(world: &World) -> String {
    let error = authority(world).unwrap_err();
    format!("{error}\n{}", error.hint().unwrap())
}

fn theirs(pki: &provisioner_pki::ClusterPki) -> String {
    pki.ca.cert_pem.trim().to_owned()
}

#[test]
fn a_host_has_joined_when_all_of_its_work_is_done() {
    let mut world = World::lab();
    world.joins("m1", &kubeadms_pki());
    world.joins("w1", &kubeadms_pki());
    let joined = |world: &World, name: &str| {
        world.inventory().has_joined(world.site.cluster.host(name).unwrap())
    };
    assert!(joined(&world, "m1") && joined(&world, "w1"));
    assert!(!joined(&world, "m2"), "nothing was done there");
    for path in [
        "/var/lib/provisioner/joined",
        "/etc/kubernetes/kubelet.conf",
        "/etc/kubernetes/manifests/etcd.yaml",
    ] {
        let mut world = World::lab();
        world.joins("m1", &kubeadms_pki());
        let answer = world.answers.get_mut("m1").unwrap();
        *answer = answer.replace(&format!("path {path}\n"), "");
        assert!(!joined(&world, "m1"), "without {path}");
    }
}

#[test]
fn the_others_follow_a_member_or_one_that_has_begun_or_the_first() {
    let mut world = World::lab();
    let first = |world: &World| {
        world.inventory().first_control_plane(&world.site.cluster).unwrap().name.clone()
    };
    assert_eq!(first(&world), "m1");
    world.says("m3", "kubernetes", "path /etc/kubernetes/manifests/etcd.yaml");
    assert_eq!(first(&world), "m3", "kubeadm init was cut off there");
    world.joins("m2", &kubeadms_pki());
    assert_eq!(first(&world), "m2");
}

#[test]
fn a_members_authorities_count_before_those_that_a_cut_off_run_left() {
    let (cluster, left) = (kubeadms_pki(), new_pki());
    let mut world = World::lab();
    assert_eq!(authority(&world).unwrap(), None, "fresh hosts have none");
    world.belongs("m1");
    world.has_pki("m1", &left, &[]);
    assert_eq!(authority(&world).unwrap(), Some(theirs(&left)));
    world.joins("m3", &cluster);
    assert_eq!(authority(&world).unwrap(), Some(theirs(&cluster)));
}

#[test]
fn authorities_put_there_by_hand_are_used() {
    let mine = new_pki();
    let mut world = World::lab();
    world.has_pki("m2", &mine, &[]);
    assert_eq!(authority(&world).unwrap(), Some(theirs(&mine)));
}

#[test]
fn members_with_different_authorities_are_two_clusters() {
    let mut world = World::lab();
    world.joins("m1", &kubeadms_pki());
    world.joins("m2", &kubeadms_pki());
    assert!(authority(&world).is_ok());
    world.joins("m3", &new_pki());
    insta::assert_snapshot!(says(&world), @r"
    find the cluster's authorities: m1 and m3 have different ones
    one of them belongs to another cluster: take it out of the spec, or move its /etc/kubernetes/pki away
    ");
}

#[test]
fn another_clusters_authorities_are_not_replaced() {
    let mut world = World::lab();
    world.joins("m1", &kubeadms_pki());
    world.has_pki("m2", &new_pki(), &[]);
    insta::assert_snapshot!(says(&world), @r"
    find the cluster's authorities: m1 and m2 have different ones
    one of them belongs to another cluster: take it out of the spec, or move its /etc/kubernetes/pki away
    ");
}

#[test]
fn a_certificate_whose_key_is_elsewhere_is_not_replaced() {
    let mut world = World::lab();
    world.has_pki("m2", &kubeadms_pki(), &["ca.crt", "front-proxy-ca.crt", "sa.pub"]);
    insta::assert_snapshot!(says(&world), @r"
    m2: take over the cluster's authorities: of their files it has some, but not /etc/kubernetes/pki/ca.key, /etc/kubernetes/pki/front-proxy-ca.key, /etc/kubernetes/pki/etcd/ca.crt, /etc/kubernetes/pki/etcd/ca.key, /etc/kubernetes/pki/sa.key
    put the missing files there, or move /etc/kubernetes/pki away if it belongs to nothing any more
    ");
    // Even beside a whole set.
    world.belongs("m1");
    world.has_pki("m1", &new_pki(), &[]);
    assert!(matches!(authority(&world), Err(HostsError::PartialPki { .. })));
    // A member that was deprived of a key.
    let mut world = World::lab();
    world.joins("m1", &kubeadms_pki());
    let answer = world.answers.get_mut("m1").unwrap();
    *answer = answer.replace("## pki ca.key", "## unrelated");
    insta::assert_snapshot!(says(&world), @r"
    m1: take over the cluster's authorities: of their files it has some, but not /etc/kubernetes/pki/ca.key
    put the missing files there, or move /etc/kubernetes/pki away if it belongs to nothing any more
    ");
}

#[test]
fn some_files_of_the_same_set_are_completed() {
    let pki = kubeadms_pki();
    let mut world = World::lab();
    world.joins("m1", &pki);
    world.has_pki("m2", &pki, &["ca.crt", "sa.key"]);
    assert_eq!(authority(&world).unwrap(), Some(theirs(&pki)));
}

#[test]
fn what_a_cut_off_run_left_half_is_made_anew() {
    let mut world = World::lab();
    world.belongs("m1");
    world.has_pki("m1", &new_pki(), &["ca.crt", "ca.key"]);
    assert_eq!(authority(&world).unwrap(), None);
}

#[test]
fn damaged_authorities_are_an_error() {
    let mut pki = kubeadms_pki();
    pki.ca.key_pem = new_pki().ca.key_pem;
    let mut world = World::lab();
    world.has_pki("m1", &pki, &[]);
    let error = authority(&world).unwrap_err();
    assert!(!error.to_string().contains(pki.ca.key_pem.expose_secret()), "{error}");
    insta::assert_snapshot!(error, @"use /etc/kubernetes/pki/ca.crt: /etc/kubernetes/pki/ca.key is the key of another certificate");
}

#[test]
fn the_registry_whose_name_matters() {
    let name = |kubernetes: &str, runtime: &str| {
        let spec = format!(
            "apiVersion: provisioner.dev/v1alpha1\nkind: Cluster\nmetadata: {{name: prod}}\nspec:\n  \
             kubernetes: {{version: 1.36.2{kubernetes}}}\n  network: {{plugin: bridge}}\n  runtime: {{containerd: {{{runtime}}}}}\n  \
             hosts: {{controlPlane: [{{name: m1, address: 10.0.0.1}}]}}\n"
        );
        let cluster = provisioner_spec::parse(&spec, "spec.yaml");
        registry_name(&cluster.unwrap_or_else(|error| panic!("{}", error.render(false))))
    };
    assert_eq!(name("", ""), Some("registry.k8s.io".into()));
    assert_eq!(name(", imageRepository: 'reg.example:5000/k8s'", ""), Some("reg.example".into()));
    assert_eq!(name(", imageRepository: '10.1.1.1:5000/k8s'", ""), None);
    let mirror = "mirrors: {registry.k8s.io: ['https://mirror.example:8443/v2']}";
    assert_eq!(name("", mirror), Some("mirror.example".into()));
    assert_eq!(name("", "proxy: {https: 'http://proxy.example:3128'}"), None);
}

//! Plans for a cluster that stands: what is edited in its spec, and what is done to it.

use std::sync::Arc;

use provisioner_engine::{Mode, PlanError};
use provisioner_spec::Cluster;

use super::world::{Planned, World, kubeadms_pki};
use crate::Operation;
use crate::planner::Purpose;

const UP: Purpose = Purpose::Up { ignore_findings: false };
const CERTIFICATE: &str = include_str!("data/apiserver.crt");

/// The lab's cluster stands, and its hosts say so.
pub(super) fn standing() -> World {
    let mut world = World::lab();
    world.all_join(&kubeadms_pki());
    for host in ["m1", "m2", "m3"] {
        world.says(
            host,
            "kubernetes",
            "version 1.20.2\nservice-range 10.96.0.0/12\npod-range 10.244.0.0/16",
        );
    }
    for host in ["m1", "m2", "m3", "w1", "w2", "e1"] {
        world.says(host, "kubernetes", "dns-domain cluster.local\ncgroup-driver cgroupfs");
        world.says(host, "versions", "kubelet Kubernetes v1.20.2");
    }
    world.says("m1", "api-server-certificate", CERTIFICATE.trim());
    world
}

/// The spec is edited.
pub(super) fn edit(world: &mut World, change: impl FnOnce(&mut Cluster)) {
    let site = Arc::get_mut(&mut world.site).unwrap();
    change(&mut site.cluster);
}

/// What is refused, and what is planned all the same.
pub(super) fn refusal(planned: &Planned) -> String {
    let errors: Vec<String> = planned
        .stages
        .iter()
        .filter_map(|(_, stage)| match stage {
            Err(PlanError::Invalid { message, hint }) => {
                Some(format!("{message}\nhint: {}", hint.clone().unwrap_or_default()))
            }
            _ => None,
        })
        .collect();
    let is_playbook =
        |name: &&String| !["connect", "listen", "probe", "release"].contains(&name.as_str());
    let planned = planned.stages.iter().filter(|(name, stage)| {
        is_playbook(&name) && stage.as_ref().is_ok_and(|stage| !stage.tasks.is_empty())
    });
    assert_eq!(planned.count(), 0, "nothing is planned: {errors:?}");
    errors.join("\n")
}

fn steps<'a>(planned: &'a Planned, stage: &str, host: &str) -> Vec<&'a str> {
    let (_, stage) = planned.stages.iter().find(|(name, _)| name == stage).unwrap();
    let task = stage.as_ref().unwrap().tasks.iter().find(|task| task.target == host).unwrap();
    task.steps.iter().map(|step| step.name.as_str()).collect()
}

#[test]
fn nothing_is_refused_where_spec_and_cluster_agree() {
    let planned = standing().plan(Mode::Apply, UP);
    assert!(planned.stages.iter().all(|(_, stage)| stage.is_ok()));
    let (_, stage) = planned.stages.iter().find(|(name, _)| name == "control-planes").unwrap();
    let order: Vec<_> = stage.as_ref().unwrap().tasks.iter().map(|task| &task.after).collect();
    assert_eq!(order, [&[""; 0][..], &["m1"], &["m2"]], "one after another though all have joined");
}

#[test]
fn what_cannot_be_changed_any_more_is_refused_by_up_and_plan() {
    for mode in [Mode::Apply, Mode::Check] {
        let mut world = standing();
        edit(&mut world, |cluster| {
            cluster.network.pod_cidr = "10.250.0.0/16".parse().unwrap();
            cluster.network.service_cidr = "10.112.0.0/12".parse().unwrap();
            cluster.network.dns.domain = "k8s.example".into();
            cluster.kubernetes.kubelet.remove("cgroupDriver");
        });
        let said = refusal(&world.plan(mode, UP));
        for part in [
            "network.podCidr is 10.244.0.0/16 in the cluster, and 10.250.0.0/16 in the spec",
            "network.serviceCidr is 10.96.0.0/12 in the cluster, and 10.112.0.0/12 in the spec",
            "network.dns.domain is cluster.local in the cluster, and k8s.example in the spec",
            "kubelet.cgroupDriver is cgroupfs in the cluster, and systemd in the spec",
            "hint: put the old value back",
        ] {
            assert!(said.contains(part), "{part:?} in {said}");
        }
    }
}

#[test]
fn another_version_is_not_for_up() {
    for mode in [Mode::Apply, Mode::Check] {
        let mut world = standing();
        edit(&mut world, |cluster| cluster.kubernetes.version = "1.20.3".parse().unwrap());
        let said = refusal(&world.plan(mode, UP));
        assert!(said.contains("the API server is of 1.20.2, and the spec says 1.20.3"), "{said}");
        assert!(said.contains("hint: `provisioner upgrade --to VERSION`"), "{said}");
    }
}

#[test]
fn the_certificate_follows_the_names_of_the_spec() {
    const STEP: &str = "the API server's certificate is for the names of the spec";
    let world = standing();
    let planned = world.plan(Mode::Check, UP);
    assert!(!steps(&planned, "control-planes", "m1").contains(&STEP), "it is for them");
    assert!(!steps(&planned, "control-planes", "m2").contains(&STEP), "nothing is known of it");
    for (names, is_stale) in
        [(vec!["api.example.com"], true), (vec!["172.30.0.100", "KUBERNETES"], false)]
    {
        let mut world = standing();
        edit(&mut world, |cluster| {
            cluster.kubernetes.api_server.cert_sans =
                names.iter().map(ToString::to_string).collect();
        });
        let planned = world.plan(Mode::Check, UP);
        assert_eq!(steps(&planned, "control-planes", "m1").contains(&STEP), is_stale, "{names:?}");
    }
    // One that a name was taken from.
    let mut world = standing();
    edit(&mut world, |cluster| cluster.network.service_cidr = "10.97.0.0/16".parse().unwrap());
    let facts = crate::facts::parse(&world.answers["m1"]);
    let host = world.site.cluster.host("m1").unwrap();
    assert!(crate::serving::stale_certificate(&world.site.cluster, None, host, &facts).is_some());
}

#[test]
fn certificates_are_renewed_one_control_plane_after_another() {
    let operation = Purpose::Operate(Operation::RenewCertificates);
    insta::assert_snapshot!(standing().plan(Mode::Apply, operation));
    let fresh = World::lab().plan(Mode::Apply, operation);
    assert!(refusal(&fresh).contains("no node of the cluster lab yet"), "{}", refusal(&fresh));
}

#[test]
fn nothing_is_done_to_hosts_with_wrong_clocks() {
    for operation in Operation::ALL {
        let mut world = standing();
        let slow = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(10);
        let answer = world.answers.get_mut("w1").unwrap();
        let (before, after) = answer.split_once("\ntime ").unwrap();
        let (_, after) = after.split_once('\n').unwrap();
        *answer = format!("{before}\ntime {}\n{after}", slow.as_nanosecond());
        if operation == Operation::RotateEncryptionKey {
            edit(&mut world, |cluster| cluster.security.encryption.enabled = true);
            world.says("m1", "pki encryption.json", "{}");
        }
        let planned = world.plan(Mode::Apply, Purpose::Operate(operation));
        if operation == Operation::RestoreEtcd {
            assert!(!planned.to_string().contains("clock"), "{planned}");
            continue;
        }
        let said = refusal(&planned);
        assert!(said.starts_with("w1: its clock is "), "{said}");
        assert!(said.contains(" s behind the median of all"), "{said}");
    }
}

#[test]
fn an_upgrade_goes_node_by_node() {
    let operation = Purpose::Operate(Operation::Upgrade);
    let mut world = standing();
    edit(&mut world, |cluster| cluster.kubernetes.upgrade.max_unavailable = 2);
    insta::assert_snapshot!(world.plan(Mode::Apply, operation));
}

#[test]
fn an_upgrade_refuses_what_kubernetes_forbids() {
    let operation = Purpose::Operate(Operation::Upgrade);
    for (version, says) in [
        ("1.20.1", "cannot go back to 1.20.1"),
        ("1.22.0", "the API server is of 1.20.2: the next step is 1.21, not 1.22.0"),
        ("1.20.3", "the bundle holds Kubernetes 1.20.2, and the spec says 1.20.3"),
    ] {
        let mut world = standing();
        edit(&mut world, |cluster| cluster.kubernetes.version = version.parse().unwrap());
        let said = refusal(&world.plan(Mode::Check, operation));
        assert!(said.contains(says), "{said}");
    }
}

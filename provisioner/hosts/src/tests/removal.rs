//! Who may leave a cluster, and how.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use provisioner_engine::Mode;
use provisioner_spec::{Host, Role};
use serde_json::json;

use super::shell_text::{assert_sound, texts};
use super::world::{LAB, Planned, World, kubeadms_pki};
use crate::leaving::{Drain, Leaving};
use crate::planner::{Purpose, without};
use crate::removal::{Surplus, Survey, Verdict, at_work, judge};
use crate::{HostAction, Site};

/// What a control plane says of the lab, with members of etcd as given: name, and whether healthy. A node
/// whose name ends with "-dead" is not ready.
fn survey(members: &[(&str, bool)], nodes: &[&str], volumes_on: &[&str]) -> Survey {
    let labels = |name: &str| match &name[..1] {
        "m" => json!({"node-role.kubernetes.io/master": ""}),
        "e" => json!({"node-role.kubernetes.io/edge": ""}),
        _ => json!({}),
    };
    let nodes: Vec<_> = nodes
        .iter()
        .map(|name| {
            let ready = if name.ends_with("-dead") { "Unknown" } else { "True" };
            let (name, conditions) =
                (name.trim_end_matches("-dead"), [json!({"type": "Ready", "status": ready})]);
            json!({
                "metadata": {"name": name, "labels": labels(name)},
                "status": {"conditions": conditions},
            })
        })
        .collect();
    let volumes: Vec<_> = volumes_on
        .iter()
        .map(|host| {
            let expression =
                json!({"key": "kubernetes.io/hostname", "operator": "In", "values": [host]});
            let terms = json!([{"matchExpressions": [expression]}]);
            json!({
                "metadata": {"name": format!("data-on-{host}")},
                "spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": terms}}},
            })
        })
        .collect();
    let (mut list, mut healthy) = (String::new(), String::new());
    for (index, (name, is_healthy)) in members.iter().enumerate() {
        let address = format!("172.30.0.1{}", &name[1..]);
        list.push_str(&format!(
            "{index} {name} https://{address}:2380 https://{address}:2379 voter\n"
        ));
        if *is_healthy {
            healthy.push_str(&format!("{index}\n"));
        }
    }
    let text = format!(
        "## nodes\n{}\n## members\n{list}## healthy\n{healthy}## volumes\n{}\n## end\n",
        json!({"items": nodes}),
        json!({"items": volumes})
    );
    Survey::read(&text).expect("an answer")
}

fn host(name: &str) -> Host {
    World::lab().site.cluster.host(name).expect("a host").clone()
}

fn of_members(leaving: &str, members: &[(&str, bool)]) -> Verdict {
    let cluster = &World::lab().site.cluster;
    judge(&host(leaving), cluster, &survey(members, &["m1", "m2", "m3", "w1", "w2"], &[]))
}

#[test]
fn a_control_plane_leaves_only_a_quorum_behind() {
    let all = [("m1", true), ("m2", true), ("m3", true)];
    let verdict = of_members("m1", &all);
    assert_eq!(verdict.refusals, [""; 0], "the first one too");
    insta::assert_snapshot!(verdict.warnings.join("\n"), @"2 members of etcd remain: an even number bears no more failures than one member less");

    let one_dead = [("m1", true), ("m2", false), ("m3", true)];
    assert_eq!(of_members("m2", &one_dead).refusals, [""; 0], "the dead one");
    insta::assert_snapshot!(of_members("m3", &one_dead).refusals.join("\n"), @"only 1 of the 2 members of etcd that would remain are healthy: they would have no quorum");

    let two_dead = [("m1", true), ("m2", false), ("m3", false)];
    insta::assert_snapshot!(of_members("m3", &two_dead).refusals.join("\n"), @"only 1 of the 3 members of etcd are healthy: without a quorum it changes nothing");

    insta::assert_snapshot!(of_members("m1", &[("m1", true)]).refusals.join("\n"), @"it is the only control plane, and with it the cluster ends: that is `down`");
    assert_eq!(of_members("m3", &all[..2]), Verdict::default(), "no member any more");
    insta::assert_snapshot!(of_members("m1", &[]).refusals.join("\n"), @"the members of etcd are not known");
}

#[test]
fn the_last_worker_with_data_stays() {
    let cluster = &World::lab().site.cluster;
    let verdict = |nodes: &[&str], volumes: &[&str]| {
        judge(&host("w1"), cluster, &survey(&[], nodes, volumes))
    };
    assert_eq!(verdict(&["m1", "w1", "w2"], &["w2"]), Verdict::default());
    insta::assert_snapshot!(verdict(&["m1", "w1", "w2"], &["w1"]).warnings.join("\n"), @"the volumes data-on-w1 lie on it and are lost");
    insta::assert_snapshot!(verdict(&["m1", "w1", "e1"], &[]).warnings.join("\n"), @"it is the last worker: its pods have nowhere to go");
    insta::assert_snapshot!(verdict(&["m1", "w1", "e1"], &["w1"]).refusals.join("\n"), @"it is the last worker, and the volumes data-on-w1 lie on it alone: move them away first");
}

#[test]
fn workers_that_are_not_ready_take_no_pods() {
    let cluster = &World::lab().site.cluster;
    let verdict =
        |volumes: &[&str]| judge(&host("w1"), cluster, &survey(&[], &["w1", "w2-dead"], volumes));
    insta::assert_snapshot!(verdict(&[]).warnings.join("\n"), @"no other worker is ready: its pods have nowhere to go");
    insta::assert_snapshot!(verdict(&["w1"]).refusals.join("\n"), @"no other worker is ready, and the volumes data-on-w1 lie on it alone: move them away first");
}

#[test]
fn volumes_of_which_nobody_tells_may_be_there() {
    let cluster = &World::lab().site.cluster;
    let mut survey = survey(&[("m1", true)], &["m1", "w1", "w2", "e1"], &["w1"]);
    survey.volumes = None;
    for name in ["w1", "e1"] {
        let refusals = judge(&host(name), cluster, &survey).refusals.join("\n");
        insta::allow_duplicates! {
            insta::assert_snapshot!(refusals, @"nobody tells which volumes there are, so some may lie on it");
        }
    }
    assert!(!survey.is_whole(Some("w1")) && survey.is_whole(None));
    let unreadable = "## nodes\n{\"items\": []}\n## volumes\nUnable to connect\n## end\n";
    assert!(Survey::read(unreadable).expect("nodes").volumes.is_none());
}

#[test]
fn what_serves_all_others_stays() {
    let addons = "  addons:\n    nfs: {server: w1}\n";
    let lab = LAB.replace("version: 1.20.2", "version: 1.28.15");
    let world = World::of(&format!("{lab}{addons}"));
    let cluster = &world.site.cluster;
    let mut survey = survey(&[], &["m1", "w1", "w2"], &[]);
    let refusals = |survey: &Survey, name| judge(&host(name), cluster, survey).refusals.join("\n");
    insta::assert_snapshot!(refusals(&survey, "w1"), @"`addons.nfs.server` names it: move what is there to another host, and put that one into the spec");
    assert_eq!(refusals(&survey, "w2"), "");

    // As csi-driver-nfs writes them, and as people do.
    let attributes = json!({"csi": {"volumeAttributes": {"server": "172.30.0.22"}}});
    for spec in [attributes, json!({"nfs": {"server": "w2"}})] {
        let volume = json!({"metadata": {"name": "shared"}, "spec": spec});
        survey.volumes = Some(vec![serde_json::from_value(volume).expect("a volume")]);
        insta::allow_duplicates! {
            insta::assert_snapshot!(refusals(&survey, "w2"), @"it serves the volumes shared: move them to another server");
        }
    }
}

#[test]
fn nodes_that_the_spec_does_not_have_go_when_others_have_come() {
    let cluster = &World::lab().site.cluster;
    let all = [("m1", true), ("m2", true), ("m3", true), ("m4", true), ("m5", false)];
    let nodes = ["m1", "m2", "m3", "m4", "m5", "m6-dead", "w1", "w3", "w4-dead", "w5"];
    let mut survey = survey(&all, &nodes, &[]);
    // That of w2, under another name.
    let address = json!([{"type": "InternalIP", "address": "172.30.0.22"}]);
    let renamed = json!({"metadata": {"name": "w5"}, "status": {"addresses": address}});
    survey.nodes.pop();
    survey.nodes.push(serde_json::from_value(renamed).expect("a node"));
    let surplus = Surplus::of(cluster, &survey);
    assert_eq!(surplus.in_the_way, ["m5", "m6", "w5"]);
    assert_eq!(surplus.others, ["m4", "w3", "w4"]);
}

#[test]
fn a_host_that_only_we_cannot_reach_is_at_work() {
    let survey = survey(&[], &["m1", "w1", "w2-dead"], &[]);
    let said = at_work(&host("w1"), &survey, "connection refused").expect("a reason");
    assert!(said.starts_with("it cannot be reached (connection refused), yet its Node is ready"));
    assert_eq!(at_work(&host("w2"), &survey, "no route"), None, "dead");
    assert_eq!(at_work(&host("e1"), &survey, "no route"), None, "no node any more");
}

#[test]
fn who_leaves_has_the_role_that_the_cluster_knows() {
    let survey = survey(&[], &["m1", "w1", "e1"], &[]);
    let role = |name: &str, role| {
        let mut host = host(name);
        host.role = role;
        survey.as_it_is(host).role
    };
    assert_eq!(role("m1", Role::Worker), Role::ControlPlane);
    assert_eq!(role("w1", Role::ControlPlane), Role::Worker);
    assert_eq!(role("w1", Role::LoadBalancer), Role::Worker);
    assert_eq!(role("w1", Role::Edge), Role::Edge, "the spec's matter");
    assert_eq!(role("m3", Role::Worker), Role::Worker, "of which nothing is known");
}

#[test]
fn without_an_answer_nothing_is_known() {
    let damaged = "## nodes\n\n## said\nkubectl: Exec format error\n## members\n\n## end\n";
    assert_eq!(Survey::read(damaged).unwrap_err(), "kubectl: Exec format error");
}

/// The plan of a removal from the lab, all of whose hosts are members.
pub(super) fn plan(name: &str, reachable: bool) -> Planned {
    let mut world = World::lab();
    world.all_join(&kubeadms_pki());
    let host = world.site.cluster.host(name).expect("a host").clone();
    let full = Arc::clone(&world.site);
    world.site = Arc::new(Site { cluster: without(&full.cluster, name), ..Site::clone(&full) });
    let drain = Drain { timeout: Duration::from_mins(5), force: false };
    world.plan_without(Mode::Apply, Leaving { site: full, host, reachable, drain })
}

#[test]
fn a_control_plane_is_out_of_the_load_balancer_before_etcd_and_out_of_etcd_before_it_ends() {
    let planned = plan("m1", true);
    insta::assert_snapshot!(planned);
    assert_eq!(host("m1").role, Role::ControlPlane);
}

#[test]
fn a_worker_touches_nobody_else() {
    insta::assert_snapshot!(plan("w2", true));
}

#[test]
fn a_host_that_is_dead_is_forgotten_by_the_cluster() {
    let planned = plan("m3", false);
    let touched =
        planned.stages.iter().filter_map(|(name, stage)| Some((name, stage.as_ref().ok()?)));
    let targets: Vec<String> = touched
        .flat_map(|(name, stage)| {
            stage.tasks.iter().map(move |task| format!("{name}/{}", task.target))
        })
        .filter(|task| !task.starts_with("connect/"))
        .collect();
    assert_eq!(targets, ["drain/m1", "balance/m1", "balance/m2", "leave/m1", "delete/m1"]);
}

#[test]
fn shells_and_shellcheck_have_nothing_against_the_shell_text() {
    let mut world = World::lab();
    world.all_join(&kubeadms_pki());
    let mut sound = BTreeMap::new();
    for planned in [plan("m1", true), world.plan(Mode::Apply, Purpose::Down)] {
        let tasks = planned.stages.iter().flat_map(|(_, stage)| &stage.as_ref().unwrap().tasks);
        for step in tasks.flat_map(|task| &task.steps) {
            if let HostAction::Playbook(step) = &step.action {
                let origin = format!("{}: {}", step.playbook, step.name);
                sound.extend(texts(step).into_iter().map(|text| (text, origin.clone())));
            }
        }
    }
    assert!(sound.len() > 10, "{}", sound.len());
    assert_sound(&sound);
}

#[test]
fn another_clusters_host_is_not_taken_away() {
    let mut world = World::lab();
    world.belongs("m1");
    world.says("w1", "host", "cluster other");
    let planned = world.plan(Mode::Apply, Purpose::Down);
    let (_, reset) = planned.stages.iter().find(|(name, _)| name == "reset").unwrap();
    let error = reset.as_ref().unwrap_err().to_string();
    insta::assert_snapshot!(error, @"not all of this is the cluster lab: w1 belongs to other");
}

#[test]
fn down_concerns_only_hosts_that_were_changed() {
    let mut world = World::lab();
    world.belongs("m1");
    world.says("w1", "host", "ledger yes");
    world.says("w2", "kubernetes", "path /etc/kubernetes/kubelet.conf");
    let planned = world.plan(Mode::Apply, Purpose::Down);
    insta::assert_snapshot!(planned);
    insta::assert_snapshot!(planned.notes.join("\n"), @"w2 has no ledger of ours, so what is there is left alone: /etc/kubernetes/kubelet.conf");
}

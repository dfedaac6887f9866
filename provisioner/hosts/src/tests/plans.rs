//! Whole plans, as lists of what is done where.

use std::collections::BTreeMap;
use std::sync::Arc;

use provisioner_engine::{Mode, PlanError};
use provisioner_playbook::{Hook, Place, Playbook};

use super::world::{World, kubeadms_pki};
use crate::planner::Purpose;

const UP: Purpose = Purpose::Up { ignore_findings: false };

/// The hosts that a playbook is planned for, and in which stage.
fn hosts_of(planned: &super::world::Planned, playbook: &str) -> Vec<String> {
    let tasks =
        planned.stages.iter().filter_map(|(name, stage)| Some((name, stage.as_ref().ok()?)));
    let tasks = tasks.flat_map(|(name, stage)| stage.tasks.iter().map(move |task| (name, task)));
    tasks
        .filter(|(_, task)| task.steps.iter().any(|step| step.playbook == playbook))
        .map(|(name, task)| format!("{name}/{}", task.target))
        .collect()
}

#[test]
fn up_on_fresh_hosts() {
    let planned = World::lab().plan(Mode::Apply, UP);
    insta::assert_snapshot!(planned);
    assert_eq!(planned.notes, [""; 0]);
}

#[test]
fn up_on_hosts_that_have_joined() {
    let mut world = World::lab();
    world.all_join(&kubeadms_pki());
    let planned = world.plan(Mode::Apply, UP);
    insta::assert_snapshot!(planned);
}

#[test]
fn hooks_are_for_their_hosts_in_their_place() {
    let text =
        "name: ntp\nhosts: [worker, edge]\nsteps: [{name: time, package: {names: [chrony]}}]";
    let hook = |place, name: &str| {
        let text = text.replace("ntp", name);
        let playbook = Playbook::read("ntp.yaml".into(), &text).unwrap();
        Hook { place, playbook, files: BTreeMap::new() }
    };
    let hooks = [
        hook(Place::After("containerd".into()), "inside"),
        hook(Place::Before("init".into()), "apart"),
    ];
    let mut world = World::lab();
    let site = Arc::get_mut(&mut world.site).unwrap();
    site.library = site.library.clone().with_hooks(&hooks).unwrap();
    for (mode, purpose) in [(Mode::Apply, UP), (Mode::Check, UP)] {
        let planned = world.plan(mode, purpose);
        assert_eq!(hosts_of(&planned, "inside"), ["prepare/w1", "prepare/w2", "prepare/e1"]);
        let apart = ["before-init/w1", "before-init/w2", "before-init/e1"];
        assert_eq!(hosts_of(&planned, "apart"), apart);
    }
    let planned = world.plan(Mode::Apply, Purpose::Down);
    assert_eq!(hosts_of(&planned, "inside"), [""; 0], "the ledger knows what is to be undone");
}

#[test]
fn a_plan_shows_what_it_can_of_a_host_that_was_not_reached() {
    let mut world = World::lab();
    world.answers.remove("m2");
    world.answers.remove("w1");
    let planned = world.plan(Mode::Check, UP);
    let (name, joining) = planned.stages.iter().find(|(name, _)| name == "join").unwrap();
    let tasks = &joining.as_ref().unwrap().tasks;
    let order = tasks.iter().map(|task| format!("{name}/{}: {:?}", task.target, task.after));
    assert_eq!(
        order.collect::<Vec<_>>(),
        ["join/m1: []", "join/m3: [\"m2\"]", "join/w2: []", "join/e1: []"],
        "a host without a task is not waited for"
    );
    assert_eq!(hosts_of(&planned, "init"), ["init/m1"]);
}

#[test]
fn a_first_control_plane_that_was_installed_anew_founds_no_second_cluster() {
    let pki = kubeadms_pki();
    let mut world = World::lab();
    for host in ["m2", "m3", "w1", "w2", "e1"] {
        world.joins(host, &pki);
    }
    let planned = world.plan(Mode::Apply, UP);
    assert_eq!(hosts_of(&planned, "init"), ["init/m2"], "whose work is done");
    assert_eq!(hosts_of(&planned, "nodes"), ["nodes/m1", "nodes/m2", "nodes/m3"]);
    let joining = hosts_of(&planned, "join-control-planes");
    assert_eq!(joining, ["join/m1", "join/m2", "join/m3"]);
    let (_, join) = planned.stages.iter().find(|(name, _)| name == "join").unwrap();
    assert!(join.as_ref().unwrap().tasks.iter().all(|task| task.after.is_empty()));

    let (_, prepare) = planned.stages.iter().find(|(name, _)| name == "prepare").unwrap();
    let m1 = &prepare.as_ref().unwrap().tasks[0];
    let authority = m1.steps.iter().find_map(|step| match &step.action {
        crate::HostAction::Playbook(step) => {
            step.action.content().filter(|(path, _)| path.ends_with("/ca.crt"))
        }
        crate::HostAction::Ask(_) => None,
    });
    assert_eq!(authority, Some(("/etc/kubernetes/pki/ca.crt", pki.ca.cert_pem.as_str())));
}

/// Too little memory for a control plane.
fn with_a_weak_host() -> World {
    let mut world = World::lab();
    let answer = world.answers.get_mut("m3").unwrap();
    *answer = answer.replace("memory-kib 4005432", "memory-kib 500000");
    world
}

fn prepare(planned: &super::world::Planned) -> Result<usize, PlanError> {
    let (_, stage) = planned.stages.iter().find(|(name, _)| name == "prepare").unwrap();
    stage.as_ref().map(|stage| stage.tasks.len()).map_err(Clone::clone)
}

#[test]
fn what_preflight_finds_stops_an_up_and_is_only_noted_in_a_plan() {
    let world = with_a_weak_host();
    let refused = world.plan(Mode::Apply, UP);
    let error = prepare(&refused).unwrap_err();
    insta::assert_snapshot!(error, @"preflight refuses: m3: 488 MiB of memory, and a control plane needs 1700");
    assert!(matches!(error, PlanError::Invalid { hint: Some(_), .. }));

    let shown = world.plan(Mode::Check, UP);
    assert_eq!(prepare(&shown), Ok(6));
    insta::assert_snapshot!(shown.notes.join("\n"), @"preflight error: m3: 488 MiB of memory, and a control plane needs 1700");
    let names: Vec<&str> = shown.stages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(hosts_of(&shown, "preflight").len(), 6, "a plan makes no probes: {names:?}");

    assert_eq!(prepare(&world.preview(UP)).unwrap_err(), error, "nobody is asked in vain");

    let force = Purpose::Up { ignore_findings: true };
    assert_eq!(prepare(&world.plan(Mode::Apply, force)), Ok(6));
    assert_eq!(prepare(&world.preview(force)), Ok(6));
}

#[test]
fn what_preflight_finds_stops_nothing_where_the_cluster_stands() {
    let mut world = with_a_weak_host();
    world.all_join(&kubeadms_pki());
    let planned = world.plan(Mode::Apply, UP);
    assert_eq!(prepare(&planned), Ok(6));
    assert!(
        planned.notes.iter().any(|note| note.starts_with("preflight error: m3")),
        "{:?}",
        planned.notes
    );
    assert_eq!(hosts_of(&planned, "preflight").len(), 6, "facts only, no probes");
}

#[test]
fn preflight_ends_with_the_probes() {
    let planned = World::lab().plan(Mode::Check, Purpose::Preflight);
    let names: Vec<&str> = planned.stages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["connect", "listen", "probe", "release"]);
    assert_eq!(hosts_of(&planned, "preflight").len(), 24);
}

#[test]
fn a_plan_without_a_cluster_says_what_it_cannot_know() {
    let mut world = World::lab();
    // Nobody can be asked for the nodes' ranges.
    world.answers.clear();
    let planned = world.plan(Mode::Check, UP);
    let (_, network) = planned.stages.iter().find(|(name, _)| name == "network").unwrap();
    let error = network.as_ref().unwrap_err();
    assert_eq!(*error, PlanError::NotYetKnown { what: "nodes".into() });
}

//! Two runs on the addons of one cluster.

use std::thread;

use provisioner_engine::{FailureKind, Mode, Outcome};
use provisioner_kube::Purpose;

use crate::fixtures::{GREETING, RUNNING};
use crate::world::{RUN, World};

const LEASE: [&str; 4] = ["-n", "kube-system", "get", "lease"];
const NAME: &str = "provisioner-addons";
const OTHER: &str = "20261120-061600-77c1";

#[test]
fn real_a_second_run_is_told_of_the_first() {
    let world = World::with(RUNNING);
    thread::scope(|scope| {
        // It waits for a pod that nobody runs.
        let first = scope.spawn(|| world.up("{running: {}}"));
        world.server.wait(&names(), |names| names.contains(NAME));
        let up = Purpose::Up { prune: false };
        let second = world.run_as(OTHER, "{running: {}}", up, Mode::Apply);
        let second = second.expect(Outcome::Failed);
        let failure = &second.summary.failures[0];
        let FailureKind::LockHeld { by } = &failure.kind else { panic!("{failure:?}") };
        assert!(by.starts_with(&format!("alice@desk, run {RUN}, since 20")), "{by}");
        assert!(second.error().ends_with(by), "{}", second.error());
        assert!(second.changed().is_empty());
        let first = first.join().unwrap();
        assert!(matches!(first.summary.failures[0].kind, FailureKind::StepFailed), "{first:?}");
    });
    assert!(
        !world.server.kubectl(&names()).contains(NAME),
        "it is given up by a run that failed, too"
    );
}

#[test]
fn real_the_lock_of_a_run_that_is_gone_is_waited_for_and_taken_over() {
    let world = World::with(GREETING);
    hold(&world, "20261119-235959-dead");
    let plan = world.plan("{greeting: {}}").expect(Outcome::ChangesPending);
    assert!(plan.waits().is_empty(), "a plan changes nothing, so it takes no lock");
    let up = world.up("{greeting: {}}").expect(Outcome::Done);
    let waits = up.waits();
    assert!(waits[0].contains("bob@lab, run 20261119-235959-dead, since 2026-11-19"), "{waits:?}");
    assert!(!world.server.kubectl(&names()).contains(NAME));
}

#[test]
fn real_a_lock_that_was_taken_over_is_not_given_up() {
    let world = World::with(RUNNING);
    thread::scope(|scope| {
        let first = scope.spawn(|| world.up("{running: {}}"));
        // The lock comes before the objects, which are long in becoming ready.
        let deployments = ["get", "deployments", "-o", "name"];
        world.server.wait(&deployments, |names| names.contains("web"));
        hold(&world, OTHER);
        first.join().unwrap();
    });
    assert!(world.server.kubectl(&names()).contains(NAME), "another's lock is not given up");
}

/// A lock that nobody renews.
fn hold(world: &World, run: &str) {
    let lease = format!(
        "{{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {{name: {NAME}, namespace: kube-system, \
         annotations: {{provisioner.dev/run: {run}}}}}, spec: {{holderIdentity: 'bob@lab, run {run}', \
         leaseDurationSeconds: 2, acquireTime: '2026-11-19T23:59:59.000000Z', \
         renewTime: '2026-11-19T23:59:59.000000Z'}}}}"
    );
    world.server.apply("bob", &lease);
}

fn names() -> Vec<&'static str> {
    LEASE.into_iter().chain(["-o", "name"]).collect()
}

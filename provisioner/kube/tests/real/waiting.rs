//! What is waited for, and why. The tests speak for the kubelet that is not there.

use provisioner_engine::Outcome;

use crate::fixtures::{CLAIMING, RUNNING};
use crate::world::{Ran, World};

const READY: &str = r#"{"phase":"Running","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2020-01-01T00:00:00Z"}]}"#;

#[test]
fn real_a_pod_without_a_node_is_the_reason() {
    let world = World::with(RUNNING);
    let up = world.up("{running: {}}").expect(Outcome::Failed);
    assert!(up.error().contains("Deployment default/web: 0 of 1 pods are ready"), "{}", up.error());
    let condition = r#"[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes are available: 3 Insufficient cpu."}]"#;
    let up = after(&world, &format!(r#"{{"conditions":{condition}}}"#));
    assert!(
        up.error().contains("has no node: 0/3 nodes are available: 3 Insufficient cpu."),
        "{}",
        up.error()
    );
    assert!(up.waits().iter().any(|wait| wait.contains("Insufficient cpu")), "told while waiting");
}

/// The pod only says that it has no volume; the controller manager says of the claim why. That the claim waits
/// for the pod in its turn is no reason.
#[test]
fn real_a_volume_that_does_not_come_is_the_reason() {
    let world = World::with(CLAIMING);
    world.up("{running: {}}").expect(Outcome::Failed);
    let later = "{apiVersion: v1, kind: Event, metadata: {name: later, namespace: default}, type: Normal, \
        reason: WaitForFirstConsumer, message: waiting for a pod, lastTimestamp: '2100-01-01T00:00:00Z', \
        involvedObject: {kind: PersistentVolumeClaim, name: data, namespace: default}}";
    world.server.apply("somebody", later);
    let condition = r#"[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes are available: unbound claims."}]"#;
    let up = after(&world, &format!(r#"{{"conditions":{condition}}}"#));
    let reason =
        r#"its volume claim data is not bound: storageclass.storage.k8s.io "nfs" not found"#;
    assert!(up.error().contains(reason), "{}", up.error());
}

#[test]
fn real_an_image_that_cannot_be_pulled_is_the_reason() {
    let world = World::with(RUNNING);
    world.up("{running: {}}").expect(Outcome::Failed);
    let state = r#"{"waiting":{"reason":"ErrImagePull","message":"dial tcp: lookup registry.invalid: no such host"}}"#;
    let up = after(&world, &container(state, "{}"));
    assert!(
        up.error().contains("the image registry.invalid/web:1 cannot be pulled: dial tcp: lookup registry.invalid: no such host"),
        "{}",
        up.error()
    );
}

#[test]
fn real_a_crash_is_the_reason() {
    let world = World::with(RUNNING);
    world.up("{running: {}}").expect(Outcome::Failed);
    let state = r#"{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 10s"}}"#;
    let last = r#"{"terminated":{"exitCode":3,"reason":"Error","message":"no configuration"}}"#;
    let up = after(&world, &container(state, last));
    assert!(up.error().contains("web ends with 3: no configuration"), "{}", up.error());
}

#[test]
fn real_what_is_ready_is_ready() {
    let world = World::with(RUNNING);
    world.up("{running: {}}").expect(Outcome::Failed);
    after(&world, READY).expect(Outcome::Done);
    world.plan("{running: {}}").expect(Outcome::Done);
}

/// What the old pods do says nothing about the new ones.
#[test]
fn real_an_update_is_ready_only_when_its_own_pods_are() {
    let world = World::with(RUNNING);
    world.up("{running: {}}").expect(Outcome::Failed);
    after(&world, READY).expect(Outcome::Done);
    let up = world.up("{running: {image: registry.invalid/web:2}}").expect(Outcome::Failed);
    assert!(up.error().contains("0 of 1 pods are ready"), "{}", up.error());
}

/// A run after the only pod has been given this status.
fn after(world: &World, status: &str) -> Ran {
    let get = ["get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].metadata.name}"];
    let pod = world.server.wait(&get, |names| !names.is_empty());
    world.server.set_status(&format!("/api/v1/namespaces/default/pods/{pod}/status"), status);
    world.up("{running: {}}")
}

fn container(state: &str, last_state: &str) -> String {
    format!(
        r#"{{"phase":"Pending","containerStatuses":[{{"name":"web","image":"registry.invalid/web:1","imageID":"","ready":false,"restartCount":1,"state":{state},"lastState":{last_state}}}]}}"#
    )
}

//! What the API does not let anybody change.

use provisioner_engine::Outcome;

use crate::fixtures::IMMUTABLE;
use crate::world::World;

const BEFORE: &str = "{immutable: {}}";
const AFTER: &str = "{immutable: {server: two.example, role: edit}}";
const SERVER: [&str; 5] = ["get", "storageclass", "made", "-o", "jsonpath={.parameters.server}"];

#[test]
fn real_what_cannot_be_changed_is_made_anew_as_the_plan_has_shown() {
    let world = World::with(IMMUTABLE);
    world.up(BEFORE).expect(Outcome::Done);
    let plan = world.plan(AFTER).expect(Outcome::ChangesPending);
    insta::assert_snapshot!(plan.diff("StorageClass made"));
    assert!(plan.diff("ClusterRoleBinding made").contains("made anew"));
    assert_eq!(world.server.kubectl(&SERVER), "one.example", "a plan changes nothing");
    let up = world.up(AFTER).expect(Outcome::Done);
    assert_eq!(up.changed(), ["StorageClass made", "ClusterRoleBinding made"]);
    assert_eq!(world.server.kubectl(&SERVER), "two.example");
    assert!(world.plan(AFTER).expect(Outcome::Done).changed().is_empty());
    world.down(AFTER).expect(Outcome::Done);
    assert!(!world.server.try_kubectl(&SERVER).status.success());
}

#[test]
fn real_what_somebody_else_has_made_is_not_made_anew() {
    let world = World::with(IMMUTABLE);
    let theirs = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: made}, provisioner: made.example, parameters: {server: theirs.example}}";
    world.server.apply("somebody", theirs);
    for ran in [world.plan(BEFORE), world.up(BEFORE)] {
        let ran = ran.expect(Outcome::Failed);
        assert!(ran.error().starts_with("apply StorageClass made: "), "{}", ran.error());
    }
    assert_eq!(world.server.kubectl(&SERVER), "theirs.example");
}

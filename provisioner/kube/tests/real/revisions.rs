//! A release that comes beside the one whose place it takes.

use provisioner_engine::Outcome;

use crate::fixtures::REVISED;
use crate::world::World;

fn objects(world: &World) -> Vec<String> {
    let names = ["-n", "revised", "get", "configmap", "-l", "of=revised", "-o", "name"];
    world.server.kubectl(&names).lines().map(str::to_owned).collect()
}

#[test]
fn real_a_former_revision_stays_until_it_is_pruned() {
    let world = World::with(REVISED);
    world.up("{revised: {}}").expect(Outcome::Done);
    assert_eq!(objects(&world), ["configmap/revised"]);

    let next = "{revised: {revision: '2'}}";
    let up = world.up(next).expect(Outcome::Done);
    assert!(up.changed().contains(&"the release revised-2"), "{:?}", up.changed());
    let note = "the release revised of revised stays beside the one that has taken its place";
    assert!(up.text().contains(note), "{}", up.text());
    assert_eq!(objects(&world), ["configmap/revised", "configmap/revised-2"]);
    let again = world.up(next).expect(Outcome::Done);
    assert!(again.changed().is_empty() && again.text().contains(note), "{:?}", again.changed());

    let third = "{revised: {revision: '3'}}";
    world.up(third).expect(Outcome::Done);
    assert_eq!(objects(&world).len(), 3, "a second one stays as well");
    let pruned = world.prune(third).expect(Outcome::Done);
    let gone = ["the release revised-2 is gone", "the release revised is gone"];
    assert!(gone.iter().all(|step| pruned.changed().contains(step)), "{:?}", pruned.changed());
    assert_eq!(objects(&world), ["configmap/revised-3"]);
    assert!(world.up(third).expect(Outcome::Done).changed().is_empty());
}

#[test]
fn real_all_revisions_go_with_their_addon() {
    let world = World::with(REVISED);
    world.up("{revised: {}}").expect(Outcome::Done);
    world.up("{revised: {revision: '2'}}").expect(Outcome::Done);
    world.down("{revised: {revision: '2'}}").expect(Outcome::Done);
    assert!(!world.server.try_kubectl(&["get", "namespace", "revised"]).status.success());
}

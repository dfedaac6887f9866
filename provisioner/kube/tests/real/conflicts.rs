use provisioner_engine::Outcome;

use crate::fixtures::GREETING;
use crate::world::World;

#[test]
fn real_a_conflict_is_shown_and_taken_over_only_when_that_is_asked_for() {
    let mut world = World::with(GREETING);
    world.up("{greeting: {}}").expect(Outcome::Done);
    world.server.apply(
        "somebody",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: greetings}, data: {text: mine}}",
    );
    let text = ["-n", "greetings", "get", "configmap", "settings", "-o", "jsonpath={.data.text}"];

    for ran in [world.plan("{greeting: {}}"), world.up("{greeting: {}}")] {
        let ran = ran.expect(Outcome::Failed);
        assert_eq!(
            ran.error(),
            "apply ConfigMap greetings/settings: other programs own what would change: \
             .data.text belongs to somebody"
        );
        assert!(ran.summary.hints[0].contains("--force-conflicts"), "{:?}", ran.summary.hints);
    }
    assert_eq!(world.server.kubectl(&text), "mine");

    world.force = true;
    world.up("{greeting: {}}").expect(Outcome::Done);
    assert_eq!(world.server.kubectl(&text), "hello");
}

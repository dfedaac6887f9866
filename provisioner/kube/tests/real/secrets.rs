use provisioner_engine::Outcome;

use crate::fixtures::GREETING;
use crate::world::World;

const SETTINGS: &str = "{greeting: {password: {env: GREETING_PASSWORD}}}";
const OTHER: &str = "{greeting: {password: {env: GREETING_PASSWORD_2}}}";

#[test]
fn real_secrets_reach_the_cluster_and_nobody_else() {
    use base64::Engine as _;
    let world = World::with(GREETING);
    let get = ["-n", "greetings", "get", "secret", "password", "-o", "jsonpath={.data.password}"];
    for settings in [SETTINGS, OTHER] {
        let plan = world.plan(settings).expect(Outcome::ChangesPending);
        let up = world.up(settings).expect(Outcome::Done);
        let encoded = world.server.kubectl(&get);
        let decoded = base64::prelude::BASE64_STANDARD.decode(&encoded).unwrap();
        let secret = String::from_utf8(decoded).unwrap();
        assert!(secret.starts_with("the secret of"), "{secret}");
        for text in [plan.text(), up.text()] {
            assert!(!text.contains(&secret) && !text.contains(&encoded), "{text}");
            assert!(text.contains("Secret greetings/password"), "the step is there");
        }
    }
    assert!(world.plan(OTHER).expect(Outcome::Done).changed().is_empty());
}

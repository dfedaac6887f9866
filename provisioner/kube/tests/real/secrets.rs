use provisioner_engine::Outcome;

use crate::fixtures::GREETING;
use crate::world::{Ran, World};

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

/// The program's own addons, each with the part that has its secrets.
const OWN: [Own; 2] = [
    Own {
        addon: "monitoring",
        definition: include_str!("../../../../addons/monitoring/addon.yaml"),
        template: (
            "alertmanager.yaml.hbs",
            include_str!("../../../../addons/monitoring/alertmanager.yaml.hbs"),
        ),
        settings: "{grafanaPassword: {env: GRAFANA}, receivers: {\
            email: {to: ops@example.com, from: us@example.com, smarthost: 'smtp.example.com:587', user: us, password: {env: SMTP}}, \
            wechat: {corpId: ww1, agentId: '1000002', toParty: '1', secret: {env: WECHAT}}, \
            webhook: {url: {env: WEBHOOK}}}}",
        secrets: &[
            ("alertmanager-settings", "alertmanager\\.yaml", &["SMTP", "WECHAT", "WEBHOOK"]),
            ("grafana-admin", "admin-password", &["GRAFANA"]),
        ],
    },
    Own {
        addon: "logging",
        definition: include_str!("../../../../addons/logging/addon.yaml"),
        template: ("output.yaml.hbs", include_str!("../../../../addons/logging/output.yaml.hbs")),
        settings: "{elasticsearch: {url: 'https://elastic.example:9200', user: logs, password: {env: ELASTIC}}}",
        secrets: &[("log-store", "password", &["ELASTIC"])],
    },
];

struct Own {
    addon: &'static str,
    definition: &'static str,
    template: (&'static str, &'static str),
    settings: &'static str,
    /// In which Secret and key of it which of them arrive.
    secrets: &'static [(&'static str, &'static str, &'static [&'static str])],
}

#[test]
fn real_secrets_of_our_own_addons_reach_the_cluster_and_nobody_else() {
    use base64::Engine as _;
    for own in OWN {
        let (about, _) = own.definition.split_once("\nparts:\n").unwrap();
        // This API server is older than what the addon is for, which does not matter to a Secret.
        let about = about.lines().filter(|line| !line.starts_with("kubernetes:"));
        let about = about.collect::<Vec<_>>().join("\n");
        // Nobody runs its Job here, so it is not waited for.
        let file = own.template.0;
        let only = format!("{about}\nparts: [{{name: only, manifests: [{file}], patience: 1}}]\n");
        let (definition, template) =
            (format!("{}/addon.yaml", own.addon), format!("{}/{file}", own.addon));
        let world = World::with(&[(&definition, &only), (&template, own.template.1)]);
        let addons = format!("{{{}: {}}}", own.addon, own.settings);
        let mut said: Vec<Ran> = vec![world.plan(&addons), world.up(&addons), world.plan(&addons)];
        said.push(world.up(&addons.replace("env: ", "env: OTHER_")));
        for (name, key, sources) in own.secrets {
            let path = format!("jsonpath={{.data.{key}}}");
            let encoded =
                world.server.kubectl(&["-n", own.addon, "get", "secret", name, "-o", &path]);
            let decoded = base64::prelude::BASE64_STANDARD.decode(&encoded).unwrap();
            let decoded = String::from_utf8(decoded).unwrap();
            for source in *sources {
                let secret = World::secret(&format!("OTHER_{source}"));
                assert!(decoded.contains(&secret), "{name} has {secret}: {decoded}");
            }
            for ran in &said {
                assert!(!ran.text().contains(&encoded), "{}", ran.text());
                assert!(ran.text().contains(&format!("Secret {}/{name}", own.addon)));
            }
        }
        for ran in &said {
            assert!(!ran.text().contains(World::SECRET), "{}", ran.text());
        }
    }
}

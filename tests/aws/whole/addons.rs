//! Addons of ours in a cluster on EKS: the stand-in's endpoint is a real API server, which asks it whose
//! a token is.

use provisioner_tests_api_server::ApiServer;
use serde_json::Value;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

const ADDON: &str = r"
name: greeting
about: Says hello.
version: 1.0.0
namespace: greetings
settings:
  text: {type: string, default: hello, description: What it says.}
images: ['registry.example/hello:1']
parts:
  - name: greeting
    manifests: [objects.yaml.hbs]
";
const OBJECTS: &str = r"
apiVersion: v1
kind: ConfigMap
metadata: {name: greeting}
data: {text: {{json settings.text}}, platform: {{json platform}}, version: {{json kubernetes.version}}}
";
const EVERYTHING: [&str; 6] = [
    "get",
    "configmaps,services,namespaces",
    "--all-namespaces",
    "--no-headers",
    "-o",
    "custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name",
];

struct World {
    aws: StandIn,
    server: ApiServer,
    program: Program,
}

impl World {
    fn new(addons: &str) -> Self {
        let aws = StandIn::instant();
        let server = aws.give_api();
        let program = Program::new(&aws, &with(addons));
        program.write("assets/addons/greeting/addon.yaml", ADDON);
        program.write("assets/addons/greeting/objects.yaml.hbs", OBJECTS);
        Self { aws, server, program }
    }

    fn run(&self, arguments: &[&str]) -> crate::program::Ran {
        self.program.run(&[arguments, &["-f", "spec.yaml", "--assets", "assets"]].concat())
    }

    /// What the controllers of a new cluster make is there.
    fn settled(&self) -> String {
        self.server.wait(&EVERYTHING, |all| all.matches("kube-root-ca.crt").count() >= 4)
    }

    fn greeting(&self) -> Value {
        let get = ["get", "configmap", "greeting", "-n", "greetings", "-o", "json"];
        serde_json::from_str::<Value>(&self.server.kubectl(&get)).expect("JSON")["data"].clone()
    }
}

fn with(addons: &str) -> String {
    format!("{SPEC}\n  addons: {addons}\n")
}

#[test]
fn real_they_come_with_the_cluster_and_go_with_it() {
    let world = World::new("{greeting: {}}");
    let (before, empty) = (world.aws.account(), world.settled());

    let plan = world.run(&["plan", "--detailed-exitcode"]).expect(6);
    assert!(
        plan.stdout.contains("is not known before an earlier stage has run"),
        "{}",
        plan.stdout
    );
    world.run(&["up", "--yes"]).expect(0);
    let said = serde_json::json!({"text": "hello", "platform": "eks", "version": "1.36"});
    assert_eq!(world.greeting(), said);
    world.aws.forget_calls();
    let plan = world.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert!(plan.stdout.contains("Nothing to change"), "{}", plan.stdout);
    world.run(&["up", "--yes"]).expect(0);
    assert_eq!(world.aws.changes(), [""; 0]);
    let status = world.run(&["status", "--output", "json"]).expect(0).json();
    let installed = serde_json::json!([{"name": "greeting", "version": "1.0.0"}]);
    assert_eq!((&status["healthy"], &status["installed"]), (&true.into(), &installed));

    let balancer = ["create", "service", "loadbalancer", "web", "--tcp=80:80"];
    world.server.kubectl(&balancer);
    let down = world.run(&["down", "--yes"]).expect(0);
    assert!(down.stderr.contains("Service default/web"), "{}", down.stderr);
    assert_eq!(world.aws.account(), before, "{}", down.stderr);
    assert_eq!(world.server.kubectl(&EVERYTHING), empty, "{}", down.stderr);
}

#[test]
fn real_they_are_installed_changed_and_removed_alone() {
    let world = World::new("{greeting: {}}");
    world.settled();
    let listed = world.run(&["addons", "list"]).expect(0);
    let words =
        |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>() == ["greeting", "yes"];
    assert!(listed.stdout.lines().any(words), "{}", listed.stdout);
    let early = world.run(&["addons", "up", "--yes"]).expect(1);
    assert!(early.stderr.contains("there is no such cluster yet"), "{}", early.stderr);
    world.program.set_spec(SPEC);
    world.program.up().expect(0);
    world.program.set_spec(&with("{greeting: {text: good day}}"));
    let status = world.run(&["status"]).expect(1);
    assert!(status.stdout.contains("addon greeting: it is not installed"), "{}", status.stdout);
    let plan = world.run(&["addons", "plan", "--detailed-exitcode"]).expect(6);
    assert!(plan.stdout.contains("good day"), "{}", plan.stdout);
    world.aws.forget_calls();
    world.run(&["addons", "up", "--yes"]).expect(0);
    assert_eq!(world.greeting()["text"], "good day");
    world.run(&["addons", "plan", "--detailed-exitcode"]).expect(0);
    let images = world.run(&["addons", "images"]).expect(0);
    let rows = images.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let wanted = [["ADDON", "WHAT", "WHICH"], ["greeting", "image", "registry.example/hello:1"]];
    assert_eq!(rows.collect::<Vec<_>>(), wanted);
    world.run(&["addons", "down", "greeting", "--yes"]).expect(0);
    world.run(&["addons", "plan", "--detailed-exitcode"]).expect(6);
    assert_eq!(world.aws.changes(), [""; 0], "the account is as it was");
}

#[test]
fn a_cluster_whose_api_does_not_answer_goes_all_the_same() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    program.up().expect(0);
    program.set_spec(&with("{metrics-server: {}}"));
    let status = program.run(&["status", "-f", "spec.yaml"]).expect(1);
    assert!(
        status.stdout.contains("addons: failed to reach the Kubernetes API"),
        "{}",
        status.stdout
    );
    let refused = program.run(&["addons", "down", "-f", "spec.yaml", "--yes"]).expect(1);
    assert!(refused.stderr.contains("`eks.endpoint.publicCidrs`"), "{}", refused.stderr);
    let down = program.down().expect(0);
    let said = "failed to reach the Kubernetes API: https://127.0.0.1:1 does not answer";
    assert!(down.stderr.contains(said), "{}", down.stderr);
    assert_eq!(aws.account(), before, "{}", down.stderr);
    let again = program.down().expect(0);
    assert!(!again.stderr.contains("does not answer"), "{}", again.stderr);
}

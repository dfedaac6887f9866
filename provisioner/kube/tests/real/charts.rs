//! The life of an addon out of a chart, with the real helm.

use provisioner_engine::Outcome;

use crate::fixtures::{CHARTED, FETCHED};
use crate::repository::Repository;
use crate::world::World;

#[test]
fn real_a_chart_goes_up_changes_and_goes() {
    let world = World::with(CHARTED);
    let plan = world.plan("{charted: {}}").expect(Outcome::ChangesPending);
    assert!(world.server.kubectl(&["get", "namespaces"]).contains("default"));
    assert!(!world.server.kubectl(&["get", "namespaces"]).contains("charted"), "{}", plan.text());

    let up = world.up("{charted: {}}").expect(Outcome::Done);
    assert!(up.changed().contains(&"the release charted"), "{:?}", up.changed());
    assert!(up.changed().contains(&"CustomResourceDefinition things.example.com"));
    let version = ["-n", "charted", "get", "configmap", "extra", "-o", "jsonpath={.data.version}"];
    assert_eq!(world.server.kubectl(&version), "v1.20.2", "rendered for this cluster");
    assert!(helm(&world, &["list", "-n", "charted"]).contains("hello-0.1.0"), "helm knows it");

    // What chance has made is no change.
    let plan = world.plan("{charted: {}}").expect(Outcome::Done);
    assert!(plan.changed().is_empty(), "{:?}", plan.changed());

    let other = "{charted: {text: good day, extra: false}}";
    let plan = world.plan(other).expect(Outcome::ChangesPending);
    insta::assert_snapshot!(plan.diff("the release charted"));
    let up = world.up(other).expect(Outcome::Done);
    assert_eq!(up.changed(), ["the release charted"]);
    let names = ["-n", "charted", "get", "configmap", "-o", "name"];
    assert!(!world.server.kubectl(&names).contains("extra"), "pruned");

    world.server.kubectl(&["-n", "charted", "delete", "configmap", "hello"]);
    let plan = world.plan(other).expect(Outcome::ChangesPending);
    assert!(plan.diff("the release charted").contains("hello was deleted"), "{plan:?}");
    world.up(other).expect(Outcome::Done);
    world.server.kubectl(&["-n", "charted", "get", "configmap", "hello"]);

    world.down(other).expect(Outcome::Done);
    for gone in [["namespace", "charted"], ["customresourcedefinition", "things.example.com"]] {
        let output = world.server.try_kubectl(&[&["get"][..], &gone[..]].concat());
        assert!(!output.status.success(), "{gone:?}");
    }
}

/// Charts of Istio and others render otherwise when there is a release before.
#[test]
fn real_what_a_chart_does_only_at_first_is_no_change() {
    let world = World::with(CHARTED);
    world.up("{charted: {}}").expect(Outcome::Done);
    let policy = ["-n", "charted", "get", "configmap", "first", "-o", "jsonpath={.data.policy}"];
    assert_eq!(world.server.kubectl(&policy), "first");
    assert!(world.plan("{charted: {}}").expect(Outcome::Done).changed().is_empty());
    world.up("{charted: {text: another}}").expect(Outcome::Done);
    assert_eq!(world.server.kubectl(&policy), "later");
    assert!(world.plan("{charted: {text: another}}").expect(Outcome::Done).changed().is_empty());
}

/// Consul's chart deletes one of its own Jobs in a hook.
#[test]
fn real_a_job_of_a_release_that_is_gone_has_done_its_work() {
    let world = World::with(CHARTED);
    let settings = "{charted: {job: true}}";
    let up = world.up(settings).expect(Outcome::Failed);
    assert!(up.error().contains("Job charted/prepare is not complete"), "{}", up.error());
    world.server.kubectl(&["-n", "charted", "delete", "job", "prepare"]);
    assert!(world.plan(settings).expect(Outcome::Done).changed().is_empty());
    world.up(settings).expect(Outcome::Done);
}

#[test]
fn real_what_helm_waits_for_is_told_meanwhile() {
    let world = World::with(CHARTED);
    let up = std::thread::scope(|scope| {
        let up = scope.spawn(|| world.up("{charted: {hook: true}}"));
        let get = "-n charted get pods -l app=settle -o jsonpath={.items[*].metadata.name}";
        let get: Vec<&str> = get.split(' ').collect();
        let pod = world.server.wait(&get, |names| !names.is_empty());
        let state = r#"{"phase":"Pending","containerStatuses":[{"name":"settle","image":"registry.invalid/settle:1","imageID":"","ready":false,"restartCount":0,"lastState":{},"state":{"waiting":{"reason":"ErrImagePull","message":"no such host"}}}]}"#;
        world.server.set_status(&format!("/api/v1/namespaces/charted/pods/{pod}/status"), state);
        up.join().unwrap().expect(Outcome::Failed)
    });
    let reason = "the image registry.invalid/settle:1 cannot be pulled: no such host";
    assert!(up.waits().iter().any(|wait| wait.contains(reason)), "{:?}", up.waits());
    assert!(up.error().starts_with("helm upgrade: "), "{}", up.error());
    assert!(up.error().contains("timed out") && up.error().contains(reason), "{}", up.error());
}

/// helm leaves them; they go with the last object of theirs.
#[test]
fn real_a_kind_that_a_chart_keeps_goes_when_nobody_has_objects_of_it() {
    let world = World::with(CHARTED);
    let settings = "{charted: {kind: true}}";
    let theirs = "{apiVersion: example.com/v1, kind: Keepsake, metadata: {name: theirs}}";
    world.up(settings).expect(Outcome::Done);
    world.server.apply("somebody", theirs);
    let down = world.down(settings).expect(Outcome::Done);
    let said = "CustomResourceDefinition keepsakes.example.com stays: it holds Keepsake theirs";
    assert!(down.text().contains(said), "{}", down.text());
    world.server.kubectl(&["get", "keepsake", "theirs"]);
    world.up(settings).expect(Outcome::Done);
    world.server.kubectl(&["delete", "keepsake", "theirs"]);
    world.down(settings).expect(Outcome::Done);
    let kind = ["get", "customresourcedefinition", "keepsakes.example.com"];
    assert!(!world.server.try_kubectl(&kind).status.success());
}

/// helm that was killed leaves a release that it refuses to touch again.
#[test]
fn real_a_release_that_was_cut_off_is_finished() {
    let world = World::with(CHARTED);
    world.up("{charted: {}}").expect(Outcome::Done);
    let secret = "secret/sh.helm.release.v1.charted.v1";
    let label = ["-n", "charted", "label", "--overwrite", secret, "status=pending-install"];
    world.server.kubectl(&label);
    let info = r#"{"metadata":{"labels":{"status":"pending-install"}}}"#;
    world.server.kubectl(&["-n", "charted", "patch", secret, "-p", info]);
    world.up("{charted: {text: after}}").expect(Outcome::Done);
    let text = ["-n", "charted", "get", "configmap", "hello", "-o", "jsonpath={.data.text}"];
    assert_eq!(world.server.kubectl(&text), "after");
}

#[test]
fn real_a_downloaded_chart_has_to_stay_the_same() {
    let mut world = World::with(FETCHED);
    let repository = Repository::start(&provisioner_tests_api_server::helm());
    for (_, text) in &mut world.files {
        *text = text.replace("REPOSITORY", &repository.url());
    }
    let up = world.up("{fetched: {}}").expect(Outcome::Done);
    assert!(up.text().contains("has the digest sha256:"), "it is told");
    let lock = std::fs::read_to_string(world.lock_file()).unwrap();
    assert!(lock.contains("name: hello") && lock.contains(&repository.url()), "{lock}");

    // From here on the repository has another chart of the same version.
    repository.replace("text: another\n");
    world.up("{fetched: {}}").expect(Outcome::Done);
    std::fs::remove_dir_all(world.folder().join("charts")).unwrap();
    let up = world.up("{fetched: {}}").expect(Outcome::Failed);
    assert!(up.error().starts_with("use the chart hello 0.1.0: its digest is sha256:"), "{up:?}");
}

#[test]
fn real_a_repository_that_cannot_be_reached_is_said_and_a_mirror_helps() {
    let mut world = World::with(FETCHED);
    let away = "http://127.0.0.1:9/charts";
    for (_, text) in &mut world.files {
        *text = text.replace("REPOSITORY", away);
    }
    let up = world.up("{fetched: {}}").expect(Outcome::Failed);
    assert!(up.error().starts_with("get the chart hello 0.1.0: http://127.0.0.1:9"), "{up:?}");
    assert!(up.error().contains("connection refused"), "{}", up.error());
    assert!(up.summary.hints[0].contains("spec.charts.mirrors"), "{:?}", up.summary.hints);

    let repository = Repository::start(&provisioner_tests_api_server::helm());
    world.mirrors.insert(away.to_owned(), vec![repository.url()]);
    world.up("{fetched: {}}").expect(Outcome::Done);
}

fn helm(world: &World, arguments: &[&str]) -> String {
    let mut command = std::process::Command::new(provisioner_tests_api_server::helm());
    command.args(arguments).args(["--kubeconfig", world.server.kubeconfig_file().as_str()]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

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

//! The life of an addon of own manifests.

use provisioner_engine::Outcome;

use crate::fixtures::{GREETING, LABELLED};
use crate::world::World;

#[test]
fn real_manifests_go_up_change_are_pruned_and_go() {
    let world = World::with(GREETING);
    let untouched = everything(&world);

    let plan = world.plan("{greeting: {}}").expect(Outcome::ChangesPending);
    assert!(plan.diff("ConfigMap greetings/settings").contains("+  text: hello"));
    assert_eq!(everything(&world), untouched, "a plan changes nothing");

    let up = world.up("{greeting: {}}").expect(Outcome::Done);
    assert_eq!(
        up.changed(),
        [
            "what is to be installed is on record",
            "Namespace greetings",
            "CustomResourceDefinition greetings.example.com",
            "ConfigMap greetings/settings",
            "ConfigMap greetings/extra",
            "Greeting greetings/first",
        ]
    );
    assert_eq!(plan.changed(), up.changed(), "what was planned is what is done");

    let plan = world.plan("{greeting: {}}").expect(Outcome::Done);
    assert!(plan.changed().is_empty());
    let again = world.up("{greeting: {}}").expect(Outcome::Done);
    assert!(again.changed().is_empty(), "{:?}", again.changed());

    let other = "{greeting: {text: good day, extra: false}}";
    let plan = world.plan(other).expect(Outcome::ChangesPending);
    insta::assert_snapshot!(plan.diff("ConfigMap greetings/settings"));
    let up = world.up(other).expect(Outcome::Done);
    assert!(up.changed().contains(&"ConfigMap greetings/extra is gone"));
    let get = ["-n", "greetings", "get", "configmap,greeting", "-o", "jsonpath={..text}"];
    assert_eq!(world.server.kubectl(&get), "good day good day");
    let extra = world.server.try_kubectl(&["-n", "greetings", "get", "configmap", "extra"]);
    assert!(!extra.status.success(), "pruned");

    // Somebody deletes what is ours.
    world.server.kubectl(&["-n", "greetings", "delete", "configmap", "settings"]);
    let plan = world.plan(other).expect(Outcome::ChangesPending);
    assert_eq!(plan.changed(), ["ConfigMap greetings/settings"]);
    world.up(other).expect(Outcome::Done);

    world.down(other).expect(Outcome::Done);
    assert_eq!(everything(&world), untouched, "no trace is left");
}

#[test]
fn real_addons_that_the_spec_has_dropped_are_pruned() {
    let world = World::with(GREETING);
    let untouched = everything(&world);
    world.up("{greeting: {}}").expect(Outcome::Done);
    let kept = world.prune("{greeting: {}}").expect(Outcome::Done);
    assert!(kept.changed().is_empty(), "{:?}", kept.changed());
    world.up("{}").expect(Outcome::Done);
    assert_ne!(everything(&world), untouched, "nothing goes unless it is asked for");
    world.prune("{}").expect(Outcome::Done);
    assert_eq!(everything(&world), untouched, "no trace is left");
}

#[test]
fn real_what_was_there_before_stays() {
    let world = World::with(GREETING);
    world.server.apply(
        "somebody",
        "{apiVersion: v1, kind: Namespace, metadata: {name: greetings, labels: {theirs: 'yes'}}}",
    );
    world.server.apply(
        "somebody",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: greetings}, data: {theirs: kept}}",
    );
    world.up("{greeting: {}}").expect(Outcome::Done);
    world.down("{greeting: {}}").expect(Outcome::Done);
    let get = ["-n", "greetings", "get", "configmap", "settings", "-o", "jsonpath={.data}"];
    assert_eq!(world.server.kubectl(&get), r#"{"theirs":"kept"}"#);
}

/// A kind of ours stays while somebody has objects of it.
#[test]
fn real_what_others_made_of_our_kinds_stays() {
    let world = World::with(GREETING);
    world.up("{greeting: {}}").expect(Outcome::Done);
    let theirs = "{apiVersion: example.com/v1, kind: Greeting, metadata: {name: theirs, namespace: default}}";
    world.server.apply("somebody", theirs);
    let down = world.down("{greeting: {}}").expect(Outcome::Done);
    assert!(down.text().contains("it holds Greeting theirs"), "{}", down.text());
    world.server.kubectl(&["get", "greeting", "theirs"]);
}

/// What is in a namespace that was made for others is theirs, of whatever kind it is.
#[test]
fn real_a_namespace_for_others_stays_with_all_that_is_in_it() {
    let world = World::with(LABELLED);
    let settings = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: NAME}, data: {theirs: kept}}";
    let label = |name: &str| {
        let get = ["get", "namespace", name, "-o", "jsonpath={.metadata.labels.meshed}"];
        world.server.kubectl(&get)
    };
    world.up("{labelled: {namespaces: [shop, bank]}}").expect(Outcome::Done);
    for name in ["shop", "bank"] {
        assert_eq!(label(name), "yes");
        world.server.apply("somebody", &settings.replace("NAME", name));
    }
    let up = world.up("{labelled: {namespaces: [shop]}}").expect(Outcome::Done);
    assert!(up.changed().contains(&"Namespace bank is left to those who use it"), "{up:?}");
    world.down("{labelled: {namespaces: [shop]}}").expect(Outcome::Done);
    for name in ["shop", "bank"] {
        assert_eq!(label(name), "");
        world.server.kubectl(&["-n", name, "get", "configmap", "settings"]);
    }
    assert!(world.plan("{labelled: {namespaces: []}}").changed().len() == 1, "only the record");
}

#[test]
fn real_a_certificate_of_somebody_keeps_a_namespace_of_ours() {
    let world = World::with(GREETING);
    world.up("{greeting: {}}").expect(Outcome::Done);
    let theirs = "{apiVersion: v1, kind: Secret, type: kubernetes.io/tls, metadata: {name: wildcard, namespace: greetings}, data: {tls.crt: '', tls.key: ''}}";
    world.server.apply("somebody", theirs);
    let down = world.down("{greeting: {}}").expect(Outcome::Done);
    assert!(down.text().contains("it holds Secret wildcard"), "{}", down.text());
    world.server.kubectl(&["-n", "greetings", "get", "secret", "wildcard"]);
}

/// Every object of the kinds that tests make, by name.
fn everything(world: &World) -> String {
    let get = "get namespaces,configmaps,secrets,customresourcedefinitions -A -o name --no-headers";
    let names = world.server.wait(&get.split(' ').collect::<Vec<_>>(), |_| true);
    // The controller manager makes these when it comes to it.
    let ours = names.lines().filter(|name| {
        !["kube-root-ca.crt", "default-token", "-token-", "extension-apiserver"]
            .iter()
            .any(|made| name.contains(made))
    });
    ours.collect::<Vec<_>>().join("\n")
}

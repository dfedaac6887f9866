use std::collections::BTreeSet;

use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::specs::{ALL, LARGE, SMALL, cluster, library};
use crate::addon::{Content, Rendered, RenderedPart};
use crate::{Assets, KubeError, Library, Secrets, Selection, Surroundings};

fn position(selection: &Selection, name: &str) -> usize {
    selection.names().iter().position(|other| other == name).unwrap()
}

#[test]
fn the_network_is_first_and_needs_come_before() {
    let selection = Selection::of(&cluster(LARGE), &library()).unwrap();
    assert_eq!(selection.names()[0], "calico");
    assert!(selection.contains("nodelocaldns"), "it comes with the spec");
    for (first, then) in [("istio", "kiali"), ("monitoring", "kiali"), ("nfs", "consul")] {
        assert!(position(&selection, first) < position(&selection, then), "{first} before {then}");
    }
}

/// helm refuses a kind that is not there yet.
#[test]
fn whoever_uses_a_kind_of_another_addon_waits_for_it() {
    let mut seen = BTreeSet::new();
    for (_, spec) in ALL {
        let (cluster, library) = (cluster(spec), library());
        let selection = Selection::of(&cluster, &library).unwrap();
        for addon in selection.names().iter().map(|name| library.get(name).unwrap()) {
            let secrets = Secrets::placeholders();
            let rendered = Rendered::new(&cluster, &library, &selection, addon, &secrets).unwrap();
            if addon.name != "monitoring" && rendered.parts.iter().any(asks_for_a_monitor) {
                assert!(
                    selection.before(&addon.name).contains(&"monitoring".to_owned()),
                    "{} has a ServiceMonitor, and does not wait for monitoring",
                    addon.name
                );
                seen.insert(addon.name.clone());
            }
        }
    }
    assert!(seen.contains("metrics-server") && seen.contains("logging"), "{seen:?}");
}

fn asks_for_a_monitor(part: &RenderedPart) -> bool {
    match &part.content {
        Content::Manifests(manifests) => {
            manifests.iter().any(|one| one.api_version() == "monitoring.coreos.com/v1")
        }
        Content::Chart { values, .. } => {
            has_monitor(&serde_yaml::from_str(values.expose_secret()).unwrap())
        }
        Content::Published(_) => false,
    }
}

fn has_monitor(values: &Value) -> bool {
    let inside = match values {
        Value::Object(map) => map.values().any(has_monitor),
        Value::Array(items) => items.iter().any(has_monitor),
        _ => false,
    };
    let is_on = |key: &str| values[key]["enabled"] == true;
    inside || ["serviceMonitor", "podMonitor", "prometheusRule"].into_iter().any(is_on)
}

#[test]
fn only_some_bring_what_they_need() {
    let (cluster, library) = (cluster(SMALL), library());
    let selection = Selection::of(&cluster, &library).unwrap();
    let only = selection.clone().only(&["kiali".to_owned()], &library).unwrap();
    assert_eq!(only.names(), ["monitoring", "istio", "kiali"]);
    let unknown = selection.clone().only(&["kyali".to_owned()], &library).unwrap_err();
    assert!(matches!(unknown, KubeError::UnknownAddon { .. }), "{unknown}");
    let disabled = selection.only(&["nodelocaldns".to_owned()], &library).unwrap_err();
    assert!(matches!(disabled, KubeError::NotEnabled { .. }), "{disabled}");
}

#[test]
fn addons_that_need_one_another_are_refused() {
    let addon = |name: &str, needs: &str| {
        format!(
            "name: {name}\nabout: x\nversion: 1.0.0\nnamespace: x\nneeds: [{needs}]\nparts: []\n"
        )
    };
    let (one, two) = (addon("one", "two"), addon("two", "one"));
    let assets =
        Assets::from_files([("one/addon.yaml", one.as_str()), ("two/addon.yaml", two.as_str())]);
    let library = Library::load(assets).unwrap();
    let text =
        SMALL.split("  addons:").next().unwrap().to_owned() + "  addons: {one: {}, two: {}}\n";
    let text = text.replace("1.36.2}", "1.36.2}\n  network: {plugin: none}");
    let parsed = provisioner_spec::read_with(&text, "spec", library.schemas()).unwrap();
    let error = Selection::of(&Surroundings::from(&parsed.cluster), &library).unwrap_err();
    assert_eq!(error.to_string(), "order the addons: one and two need one another");
}

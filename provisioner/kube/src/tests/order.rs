use super::specs::{LARGE, SMALL, cluster, library};
use crate::{Assets, KubeError, Library, Selection, Surroundings};

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

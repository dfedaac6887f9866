//! What Grafana is given.

use serde_json::Value;

use super::specs::{LARGE, SMALL, cluster, library};
use crate::addon::{Content, Rendered};
use crate::{Secrets, Selection};

/// The dashboards of a cluster, as Grafana reads them.
fn dashboards(spec: &str) -> Vec<Value> {
    let (cluster, library) = (cluster(spec), library());
    let selection = Selection::of(&cluster, &library).unwrap();
    let addon = library.get("monitoring").unwrap();
    let secrets = Secrets::placeholders();
    let rendered = Rendered::new(&cluster, &library, &selection, addon, &secrets).unwrap();
    let rules = rendered.parts.iter().find(|part| part.name == "rules").unwrap();
    let Content::Manifests(manifests) = &rules.content else { panic!("no manifests") };
    let found =
        manifests.iter().filter(|one| one.0["metadata"]["labels"]["grafana_dashboard"] == "1");
    let texts = found.flat_map(|one| one.0["data"].as_object().unwrap().values());
    texts.map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap()).collect()
}

#[test]
fn there_is_one_for_what_the_cluster_has() {
    let titles = |spec| -> Vec<Value> {
        dashboards(spec).into_iter().map(|board| board["title"].clone()).collect()
    };
    assert_eq!(titles(LARGE), ["Load balancers", "Mesh"]);
    assert_eq!(titles(SMALL), ["Mesh"]);
}

#[test]
fn every_panel_asks_for_something_and_names_it() {
    for board in dashboards(LARGE) {
        for panel in board["panels"].as_array().unwrap() {
            let targets = panel["targets"].as_array().unwrap();
            assert!(!targets.is_empty(), "{panel}");
            for target in targets {
                let expression = target["expr"].as_str().unwrap();
                let metrics = ["provisioner_vip_", "haproxy_", "istio_"];
                assert!(metrics.iter().any(|metric| expression.contains(metric)), "{expression}");
                assert!(target["legendFormat"].as_str().unwrap().contains("{{"), "{target}");
            }
        }
    }
}

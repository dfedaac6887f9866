//! Everything that addons put into clusters of several kinds.

use secrecy::ExposeSecret as _;

use super::schemas::without_schema;
use super::specs::{
    AIR_GAPPED, ALL, DUAL_STACK, EKS, EKS_IMPORTED, IPV6, LARGE, SMALL, cluster, library,
};
use crate::addon::{Content, Rendered};
use crate::{Secrets, Selection};

#[test]
fn small() {
    every_addon("small", SMALL);
}

#[test]
fn large() {
    every_addon("large", LARGE);
}

#[test]
fn air_gapped() {
    every_addon("air-gapped", AIR_GAPPED);
}

#[test]
fn dual_stack() {
    every_addon("dual-stack", DUAL_STACK);
}

#[test]
fn ipv6() {
    every_addon("ipv6", IPV6);
}

#[test]
fn on_eks() {
    every_addon("eks", EKS);
}

#[test]
fn on_eks_in_a_network_that_is_there() {
    every_addon("eks-imported", EKS_IMPORTED);
}

fn every_addon(name: &str, spec: &str) {
    let (cluster, library) = (cluster(spec), library());
    let selection = Selection::of(&cluster, &library).unwrap();
    let secrets = Secrets::placeholders();
    for addon in selection.names() {
        let addon = library.get(addon).unwrap();
        let rendered = Rendered::new(&cluster, &library, &selection, addon, &secrets);
        let rendered = rendered.unwrap_or_else(|error| panic!("{error}"));
        insta::with_settings!({ snapshot_suffix => format!("{name}@{}", addon.name), prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("addon", shown(&rendered));
        });
    }
}

fn shown(rendered: &Rendered) -> String {
    let mut text = String::new();
    for part in &rendered.parts {
        text.push_str(&format!("##### {} in {}\n", part.name, part.namespace));
        match &part.content {
            Content::Chart { chart, values, .. } => {
                text.push_str(&format!("# chart {} {}\n", chart.name, chart.version));
                text.push_str(values.expose_secret());
            }
            Content::Published(published) => {
                let at = format!("{}/{}", published.repository, published.file);
                text.push_str(&format!(
                    "# manifests {} {} at {at}\n",
                    published.name, published.version
                ));
            }
            Content::Manifests(manifests) => text.push_str(&yaml(manifests)),
        }
        if !part.probe.is_empty() {
            text.push_str(&format!("# probe\n{}", yaml(&part.probe)));
        }
    }
    text
}

fn yaml(manifests: &[crate::addon::Manifest]) -> String {
    let text = |one: &crate::addon::Manifest| serde_yaml::to_string(&one.0).unwrap();
    manifests.iter().map(text).collect::<Vec<_>>().join("---\n")
}

/// By kubernetes-validate (`PyPI`), for the oldest and the newest versions that most addons are for.
#[test]
fn real_manifests_are_valid_by_the_schemas_of_kubernetes() {
    let folder = tempfile::tempdir().unwrap();
    for (name, spec) in ALL {
        let (cluster, library) = (cluster(spec), library());
        let selection = Selection::of(&cluster, &library).unwrap();
        for addon in selection.names() {
            let addon = library.get(addon).unwrap();
            let secrets = Secrets::placeholders();
            let rendered = Rendered::new(&cluster, &library, &selection, addon, &secrets).unwrap();
            let mut manifests = Vec::new();
            for part in &rendered.parts {
                if let Content::Manifests(own) = &part.content {
                    manifests.extend(own.iter().cloned());
                }
                manifests.extend(part.probe.iter().cloned());
            }
            let path = folder.path().join(format!("{name}-{}.yaml", addon.name));
            std::fs::write(path, yaml(&manifests)).unwrap();
        }
    }
    insta::assert_snapshot!(without_schema(folder.path(), &["1.31", "1.34", "1.37"]), @r"
    elasticsearch.k8s.elastic.co/v1 Elasticsearch
    kibana.k8s.elastic.co/v1 Kibana
    monitoring.coreos.com/v1 PrometheusRule
    networking.istio.io/v1 Gateway
    snapshot.storage.k8s.io/v1 VolumeSnapshotClass
    telemetry.istio.io/v1 Telemetry
    ");
}

//! What the upstream charts make of our values, where they are at hand: `CHARTS` names a folder with a folder
//! for each chart, by its name, with its subcharts inside.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::schemas::without_schema;
use super::specs::{ALL, cluster, library};
use crate::addon::{Chart, Content, Manifest, Rendered, documents, images_in};
use crate::chart::{Helm, difference};
use crate::{KubeError, Secrets, Selection};

/// Keys of which nothing is seen without them: the chart would make the same by itself, or it all goes into a text
/// that chance has a part in (Kiali's configuration has a random key).
const UNSEEN: [(&str, &str); 7] = [
    ("gateway", "labels.istio"),
    ("kiali-server", "deployment.ingress.enabled"),
    ("kiali-server", "external_services.grafana"),
    ("kiali-server", "external_services.prometheus.url"),
    ("kiali-server", "external_services.tracing"),
    ("kiali-server", "fullnameOverride"),
    ("kube-prometheus-stack", "grafana.fullnameOverride"),
];

/// The minor version of Kubernetes since which disruption budgets are of `policy/v1`. Of the API's own kinds helm
/// knows groups and versions only, where it asks no cluster, and charts ask it for this kind.
const BUDGETS_SINCE: u64 = 21;

/// One chart with the values that it gets in one cluster.
struct Trial<'a> {
    helm: &'a Helm,
    folder: Utf8PathBuf,
    release: &'a str,
    namespace: &'a str,
    version: String,
    provided: &'a [String],
}

impl Trial<'_> {
    async fn template(&self, values: &Value) -> Result<Vec<Manifest>, KubeError> {
        let values = SecretString::from(values.to_string());
        let text = self.helm.template(
            &self.folder,
            self.release,
            self.namespace,
            &values,
            &self.version,
            self.provided,
        );
        documents("helm template".into(), &text.await?)
    }

    /// The keys of values that the chart does not know: they are not among its own, and nothing becomes
    /// different without them.
    async fn unknown(&self, values: &Value, made: &[Manifest]) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.join("values.yaml")).unwrap();
        let mut own: Value = serde_yaml::from_str(&text).unwrap();
        // Istio's charts wrap theirs.
        if let Some(inner) = own.get("_internal_defaults_do_not_set") {
            own = inner.clone();
        }
        let mut new = Vec::new();
        not_among(values, &own, &mut Vec::new(), &mut new);
        let again = self.template(values).await.unwrap();
        let mut unknown = Vec::new();
        for path in new {
            let mut without = values.clone();
            remove(&mut without, &path);
            if let Ok(other) = self.template(&without).await
                && difference(&other, made, &again).is_empty()
            {
                unknown.push(path.join("."));
            }
        }
        unknown
    }
}

/// The paths of `values` at which `own` has nothing.
fn not_among(values: &Value, own: &Value, at: &mut Vec<String>, new: &mut Vec<Vec<String>>) {
    let (Some(values), Some(own)) = (values.as_object(), own.as_object()) else { return };
    for (key, value) in values {
        at.push(key.clone());
        match own.get(key) {
            Some(known) => not_among(value, known, at, new),
            None => new.push(at.clone()),
        }
        at.pop();
    }
}

fn remove(values: &mut Value, path: &[String]) {
    let (last, parents) = path.split_last().unwrap();
    let parent = parents.iter().fold(values, |value, key| &mut value[key]);
    parent.as_object_mut().unwrap().shift_remove(last);
}

#[tokio::test]
#[ignore = "needs CHARTS=FOLDER with the upstream charts"]
async fn upstream_charts_take_our_values_and_make_valid_objects() {
    let folder = std::env::var("CHARTS").expect("CHARTS names a folder with the upstream charts");
    let folder = Utf8Path::new(&folder);
    let helm = Helm::offline(provisioner_tests_api_server::helm());
    let made_into = tempfile::tempdir().unwrap();
    let (mut tried, mut untried, mut faults) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (name, spec) in ALL {
        let (cluster, library) = (cluster(spec), library());
        let selection = Selection::of(&cluster, &library).unwrap();
        let addons = || selection.names().iter().map(|name| library.get(name).unwrap());
        let mut provided: Vec<String> = addons().flat_map(|addon| addon.provides.clone()).collect();
        if cluster.version.minor >= BUDGETS_SINCE {
            provided.push("policy/v1/PodDisruptionBudget".to_owned());
        }
        for addon in addons() {
            let secrets = Secrets::placeholders();
            let rendered = Rendered::new(&cluster, &library, &selection, addon, &secrets).unwrap();
            for part in &rendered.parts {
                let Content::Chart { chart, values, .. } = &part.content else { continue };
                if !folder.join(&chart.name).exists() {
                    untried.insert(called(chart));
                    continue;
                }
                let trial = Trial {
                    helm: &helm,
                    folder: folder.join(&chart.name),
                    release: &part.name,
                    namespace: &part.namespace,
                    version: cluster.version.to_string(),
                    provided: &provided,
                };
                let values: Value = serde_yaml::from_str(values.expose_secret()).unwrap();
                let made = match trial.template(&values).await {
                    Ok(made) => made,
                    Err(error) if error.to_string().contains("missing in charts/ directory") => {
                        untried.insert(called(chart));
                        continue;
                    }
                    Err(error) => {
                        faults.push(format!("{name}: {}: {error}", called(chart)));
                        continue;
                    }
                };
                tried.insert(called(chart));
                let mut unknown = trial.unknown(&values, &made).await;
                unknown.retain(|key| !UNSEEN.contains(&(chart.name.as_str(), key.as_str())));
                let unknown = unknown
                    .iter()
                    .map(|key| format!("{name}: {}: it knows no {key}", called(chart)));
                faults.extend(unknown);
                if addon.name == "calico" && name == "air-gapped" {
                    let foreign = images_in(&made).into_iter().chain(rendered.images.clone());
                    let foreign = foreign.filter(|image| !image.starts_with("mirror.example/"));
                    faults.extend(foreign.map(|image| format!("{name}: calico takes {image}")));
                }
                let path = made_into.path().join(format!("{name}-{}.yaml", part.name));
                std::fs::write(path, json(&made)).unwrap();
            }
        }
    }
    let untried = untried.into_iter().collect::<Vec<_>>().join(", ");
    assert!(!tried.is_empty(), "there is no chart in {folder}");
    assert!(faults.is_empty(), "{}\nnot tried: {untried}", faults.join("\n"));
    insta::assert_snapshot!(without_schema(made_into.path(), &["1.36"]), @r"
    elbv2.k8s.aws/v1beta1 IngressClassParams
    monitoring.coreos.com/v1 Alertmanager
    monitoring.coreos.com/v1 Prometheus
    monitoring.coreos.com/v1 PrometheusRule
    monitoring.coreos.com/v1 ServiceMonitor
    operator.tigera.io/v1 APIServer
    operator.tigera.io/v1 Installation
    ");
}

fn called(chart: &Chart) -> String {
    format!("{} {}", chart.name, chart.version)
}

/// Without the definitions of kinds: there are megabytes of them, and they are nobody's values.
fn json(manifests: &[Manifest]) -> String {
    let objects = manifests.iter().filter(|object| !object.is_definition());
    objects.map(|object| object.0.to_string()).collect::<Vec<_>>().join("\n---\n")
}

use std::collections::BTreeMap;
use std::time::Duration;

use provisioner_engine::Step;

use super::KubeAction;
use super::action::{Action, Application, ChartAt, Fetch, Origin, Readiness, step};
use super::removal::removals;
use crate::addon::{Content, Manifest, Rendered, RenderedPart, is_of_the_cluster};
use crate::api::{Entry, Inventory, Reference};
use crate::chart::Release;

/// Namespaces that every cluster has.
const ALWAYS: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/// What an addon takes from elsewhere is fetched.
pub(super) fn fetches(rendered: &Rendered) -> Vec<Step<KubeAction>> {
    let fetch = |part: &RenderedPart| {
        let (name, from) = match &part.content {
            Content::Manifests(_) => return None,
            Content::Chart { chart, folder, .. } => {
                let at = ChartAt { chart: chart.clone(), folder: folder.clone() };
                (format!("the chart {} {}", chart.name, chart.version), Origin::Chart(at))
            }
            Content::Published(published) => {
                let name = format!("the manifests {} {}", published.name, published.version);
                (name, Origin::Published(published.clone()))
            }
        };
        let fetch = Fetch { part: part.name.clone(), from };
        Some(step(name, &rendered.name, Action::Fetch(fetch)))
    };
    rendered.parts.iter().filter_map(fetch).collect()
}

/// What brings an addon from what is installed to what is wanted.
pub(super) struct Installing<'a> {
    pub rendered: &'a Rendered,
    /// The kinds that charts define, and what others publish, by part.
    pub definitions: &'a BTreeMap<String, Vec<Manifest>>,
    pub installed: Option<&'a Inventory>,
    pub prunes: bool,
}

impl Installing<'_> {
    pub(super) fn steps(&self) -> Vec<Step<KubeAction>> {
        let mut wanted = self.wanted();
        let (stays, gone) = self.former(&wanted);
        wanted.objects.extend(stays);
        let mut both = wanted.clone();
        both.objects.extend(gone.iter().cloned());
        let mut steps =
            vec![self.step("what is to be installed is on record", Action::Record(Box::new(both)))];
        for part in &self.rendered.parts {
            self.part(part, &mut steps);
        }
        let Some(installed) = self.installed.filter(|_| !gone.is_empty()) else { return steps };
        steps.extend(removals(installed, &gone));
        steps.push(self.step("what is installed is on record", Action::Record(Box::new(wanted))));
        steps
    }

    /// The releases that stay beside those that have taken their place.
    pub(super) fn beside(&self) -> Vec<Entry> {
        self.former(&self.wanted()).0
    }

    /// What is installed and no longer wanted: what stays all the same for now, and what goes.
    fn former(&self, wanted: &Inventory) -> (Vec<Entry>, Vec<Entry>) {
        let installed = self.installed.iter().flat_map(|installed| &installed.objects);
        let former = installed.filter(|entry| wanted.entry(&entry.object).is_none());
        former.cloned().partition(|entry| entry.until_pruned && !self.prunes)
    }

    fn part(&self, part: &RenderedPart, steps: &mut Vec<Step<KubeAction>>) {
        let objects = self.objects(part);
        for object in &objects {
            let known =
                self.installed.and_then(|installed| installed.entry(&Reference::of(object)));
            let made = known.is_some_and(|entry| !entry.found);
            let apply = Application { manifest: Box::new(object.clone()), made };
            steps.push(self.step(object.to_string(), Action::Apply(apply)));
        }
        let release = Self::release(part);
        if let (Some(release), Content::Chart { chart, folder, .. }) = (&release, &part.content) {
            let at = ChartAt { chart: chart.clone(), folder: folder.clone() };
            let action = Action::Release(Box::new(release.clone()), at);
            steps.push(self.step(format!("the release {}", part.name), action));
        }
        let ready = Readiness {
            objects,
            release: release.map(Box::new),
            targets: part.ready.clone(),
            patience: part.patience,
        };
        steps.push(self.step(format!("{} is ready", part.name), Action::Ready(ready)));
        if !part.probe.is_empty() {
            let probe = part.probe.iter().map(|one| placed(one, &part.namespace)).collect();
            let probe = Action::Probe(probe, part.patience);
            steps.push(self.step(format!("{} is of use", part.name), probe));
        }
    }

    /// What is applied by us: the namespace, the kinds that a chart defines, and manifests.
    fn objects(&self, part: &RenderedPart) -> Vec<Manifest> {
        let mut objects: Vec<Manifest> = match &part.content {
            Content::Manifests(manifests) => {
                manifests.iter().map(|manifest| placed(manifest, &part.namespace)).collect()
            }
            Content::Published(_) => {
                let published = self.definitions.get(&part.name).into_iter().flatten();
                published.map(|manifest| placed(manifest, &part.namespace)).collect()
            }
            Content::Chart { .. } => self.definitions.get(&part.name).cloned().unwrap_or_default(),
        };
        let has_its_own = self.rendered.parts.iter().any(|part| match &part.content {
            Content::Manifests(manifests) => manifests
                .iter()
                .any(|one| one.kind() == "Namespace" && one.name() == part.namespace),
            Content::Chart { .. } | Content::Published(_) => false,
        });
        if !ALWAYS.contains(&part.namespace.as_str()) && !has_its_own {
            objects.insert(0, namespace(&part.namespace));
        }
        objects
    }

    fn release(part: &RenderedPart) -> Option<Release> {
        let Content::Chart { chart, values, .. } = &part.content else { return None };
        Some(Release {
            name: part.name.clone(),
            namespace: part.namespace.clone(),
            chart: chart.clone(),
            values: values.clone(),
            patience: Duration::from_secs(part.patience.into()),
        })
    }

    fn wanted(&self) -> Inventory {
        let mut wanted = Inventory {
            addon: self.rendered.name.clone(),
            version: self.rendered.version.clone(),
            ..Inventory::default()
        };
        for part in &self.rendered.parts {
            let objects = self.objects(part);
            let release = Self::release(part);
            let release = release.map(|one| Reference::release(&one.name, &one.namespace));
            for object in objects.iter().map(Reference::of).chain(release) {
                if wanted.entry(&object).is_none() {
                    let known = self.installed.and_then(|installed| installed.entry(&object));
                    let found = known.is_some_and(|entry| entry.found);
                    let until_pruned = part.until_pruned && object.is_release();
                    wanted.objects.push(Entry { object, found, until_pruned });
                }
            }
        }
        wanted
    }

    fn step(&self, name: impl Into<String>, action: Action) -> Step<KubeAction> {
        step(name, &self.rendered.name, action)
    }
}

fn namespace(name: &str) -> Manifest {
    Manifest(serde_json::json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name},
    }))
}

/// Where a manifest names no namespace, that of its part; the API ignores it where there are none.
fn placed(manifest: &Manifest, namespace: &str) -> Manifest {
    let mut manifest = manifest.clone();
    if manifest.namespace().is_none() && !is_of_the_cluster(&manifest) {
        manifest.0["metadata"]["namespace"] = serde_json::json!(namespace);
    }
    manifest
}

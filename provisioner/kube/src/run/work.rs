use std::time::Duration;

use camino::Utf8PathBuf;
use provisioner_engine::{Mode, State, StepEnd, TaskReporter};
use tokio::time::{Instant, sleep};

use super::Toolbox;
use super::action::{Action, ChartAt, Fetch, Origin, Readiness, Removal};
use super::planner::{BALANCED, INVENTORIES, VERSION};
use crate::KubeError;
use crate::addon::{Manifest, ProbeTarget};
use crate::api::{
    Applying, Claim, Cluster, Contested, Inventory, Reference, comparable, inventory_reference,
    shown,
};
use crate::chart::{ChartStore, Helm, Release, Standing};
use crate::ready::{Blocking, blocking};

/// How often is looked at what is waited for.
const POLL: Duration = Duration::from_millis(500);
/// How long a kind, or a webhook that was just installed, may take until it answers.
const SETTLING: Duration = Duration::from_mins(1);
/// How long an object may take to go.
const FAREWELL: Duration = Duration::from_mins(3);

/// What is waited for.
enum Awaited<'a> {
    Ready(&'a [Reference], &'a [ProbeTarget]),
    Gone(&'a Reference),
}

impl Awaited<'_> {
    async fn blocking(&self, cluster: &Cluster) -> Result<Vec<Blocking>, KubeError> {
        let of = match self {
            Self::Ready(objects, targets) => return blocking(cluster, objects, targets).await,
            Self::Gone(of) => of,
        };
        let Some(left) = cluster.get(of).await? else { return Ok(Vec::new()) };
        let finalizers = &left["metadata"]["finalizers"];
        let held =
            if finalizers.is_array() { format!(", held by {finalizers}") } else { String::new() };
        Ok(vec![Blocking { reason: format!("{of} is still there{held}"), hopeless: false }])
    }

    fn what(&self) -> &'static str {
        match self {
            Self::Ready(..) => "what was applied",
            Self::Gone(_) => "what was deleted to go",
        }
    }
}

/// The steps of one task.
pub(super) struct Work<'a> {
    toolbox: &'a Toolbox,
    claim: &'a Claim,
    mode: Mode,
    force: bool,
    /// Whatever cannot be done is left.
    pub(super) lenient: bool,
    reporter: &'a TaskReporter,
    /// Whether an earlier step of the task has changed something, or would.
    changed: bool,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        toolbox: &'a Toolbox,
        claim: &'a Claim,
        mode: Mode,
        force: bool,
        reporter: &'a TaskReporter,
    ) -> Self {
        Self { toolbox, claim, mode, force, lenient: false, reporter, changed: false }
    }

    pub(super) async fn perform(
        &mut self,
        index: usize,
        action: &Action,
    ) -> Result<StepEnd, KubeError> {
        let end = match action {
            Action::Look { to_prune } => self.look(index, *to_prune).await,
            Action::LookForBalancers => self.look_for_balancers().await,
            Action::Fetch(fetch) => self.fetch(fetch).await,
            Action::Record(inventory) => self.record(inventory).await,
            Action::Apply(manifest) => self.apply(index, manifest).await,
            Action::Release(release, at) => self.release(release, at).await,
            Action::Remove(removal) => self.remove(index, removal).await,
            Action::Uninstall(of) => self.uninstall(of).await,
            Action::Delete(of) => self.delete(index, of).await,
            Action::Forget(addon) => self.forget(addon).await,
            Action::Ready(readiness) => self.ready(index, readiness).await,
            Action::Probe(manifests, patience) => self.probe(index, manifests, *patience).await,
        }?;
        self.changed |= end.state == State::Changed;
        Ok(end)
    }

    fn checks(&self) -> bool {
        self.mode == Mode::Check
    }

    async fn cluster(&self) -> Result<&'a Cluster, KubeError> {
        self.toolbox.cluster().await
    }

    async fn helm(&self) -> Result<&'a Helm, KubeError> {
        self.toolbox.helm(&|news| self.reporter.note(news)).await
    }

    async fn offline_helm(&self) -> Result<Helm, KubeError> {
        self.toolbox.offline_helm(&|news| self.reporter.note(news)).await
    }

    async fn look(&self, index: usize, to_prune: bool) -> Result<StepEnd, KubeError> {
        match self.look_into_cluster(index).await {
            Err(KubeError::Entrance(error))
                if error.no_cluster && self.checks() && !self.lenient =>
            {
                Ok(StepEnd { output: Some(error.message), ..StepEnd::new(State::Unknown) })
            }
            Err(error) if to_prune && error.is_silence() => {
                self.reporter.note(format!(
                    "addons that the spec has dropped could not be looked for, and stay if there are any: \
                     failed to {error}"
                ));
                Ok(StepEnd { output: Some(error.to_string()), ..StepEnd::new(State::Skipped) })
            }
            looked => looked,
        }
    }

    /// What is read has to hold until it is acted upon, so the lock is taken first.
    async fn look_into_cluster(&self, index: usize) -> Result<StepEnd, KubeError> {
        if !self.checks() {
            self.lock(index).await?;
        }
        let cluster = self.cluster().await?;
        let version = cluster.version().await?;
        let inventories = Inventory::all(cluster).await?;
        self.reporter.registered(VERSION, version.to_string());
        let text = serde_json::to_string(&inventories).unwrap_or_default();
        self.reporter.registered(INVENTORIES, text);
        Ok(StepEnd::new(State::Ok))
    }

    async fn lock(&self, index: usize) -> Result<(), KubeError> {
        let contested = if self.lenient { Contested::TakeOver } else { Contested::Respect };
        let tell = |what: String| self.reporter.waiting(index, what);
        match self.toolbox.lock(self.claim, contested, tell).await {
            Err(error) if self.lenient && !error.is_silence() => {
                self.reporter.note(format!("goes on without the lock: failed to {error}"));
                Ok(())
            }
            locked => locked,
        }
    }

    async fn look_for_balancers(&self) -> Result<StepEnd, KubeError> {
        let balanced = self.cluster().await?.balanced().await?;
        let text = serde_json::to_string(&balanced).unwrap_or_default();
        self.reporter.registered(BALANCED, text);
        Ok(StepEnd::new(State::Ok))
    }

    async fn fetch(&self, fetch: &Fetch) -> Result<StepEnd, KubeError> {
        let text = match &fetch.from {
            Origin::Chart(at) => {
                let path = self.locate(at).await?;
                self.offline_helm().await?.definitions(&path).await?
            }
            Origin::Published(published) => {
                let (text, news) = self.toolbox.charts.published(published).await?;
                news.into_iter().for_each(|news| self.reporter.note(news));
                text
            }
        };
        self.reporter.registered(fetch.part.clone(), text);
        Ok(StepEnd::new(State::Ok))
    }

    async fn locate(&self, at: &ChartAt) -> Result<Utf8PathBuf, KubeError> {
        let store = &self.toolbox.charts;
        if let Some(folder) = &at.folder {
            return ChartStore::unpack(&self.toolbox.assets, folder, self.toolbox.scratch());
        }
        let located = store.locate(&at.chart, &self.offline_helm().await?).await?;
        if let Some(news) = located.news {
            self.reporter.note(news);
        }
        Ok(located.path)
    }

    /// Writes down what will be there. What is there already, and was not put there by us, is marked.
    async fn record(&self, wanted: &Inventory) -> Result<StepEnd, KubeError> {
        let cluster = self.cluster().await?;
        let known = Inventory::of(cluster, &wanted.addon).await?;
        let mut wanted = wanted.clone();
        for entry in &mut wanted.objects {
            let earlier = known.as_ref().and_then(|known| known.entry(&entry.object));
            entry.found = match earlier {
                Some(earlier) => earlier.found,
                None if entry.object.is_release() => false,
                None => cluster.get(&entry.object).await?.is_some(),
            };
        }
        if known.as_ref() == Some(&wanted) {
            return Ok(StepEnd::new(State::Ok));
        }
        if !self.checks() {
            let applying = Applying { dry_run: false, force: true };
            cluster.apply(&wanted.manifest(), applying).await?;
        }
        Ok(StepEnd::new(State::Changed))
    }

    async fn apply(&self, index: usize, manifest: &Manifest) -> Result<StepEnd, KubeError> {
        let cluster = self.cluster().await?;
        let live = cluster.get(&Reference::of(manifest)).await?;
        let title = manifest.to_string();
        let secret = manifest.is_secret();
        let Some(live) = live else {
            let diff = shown(&title, None, &comparable(&manifest.0), secret);
            if self.checks() {
                self.check_new(cluster, manifest).await?;
            } else {
                self.settled(index, cluster, manifest, false).await?;
            }
            return Ok(changed(diff));
        };
        let would_be = self.settled(index, cluster, manifest, true).await?;
        let (before, after) = (comparable(&live), comparable(&would_be));
        if before == after {
            return Ok(StepEnd::new(State::Ok));
        }
        if !self.checks() {
            self.settled(index, cluster, manifest, false).await?;
        }
        Ok(changed(shown(&title, Some(&before), &after, secret)))
    }

    /// Whether the API server would take a new object. What comes before it may not be there yet.
    async fn check_new(&self, cluster: &Cluster, manifest: &Manifest) -> Result<(), KubeError> {
        let applying = Applying { dry_run: true, force: self.force };
        match cluster.apply(manifest, applying).await {
            Err(KubeError::UnknownKind { .. } | KubeError::Refused { code: 404, .. })
                if self.changed =>
            {
                Ok(())
            }
            applied => applied.map(|_| ()),
        }
    }

    /// Applies, and waits for what was installed a moment ago: a kind, or a webhook.
    async fn settled(
        &self,
        index: usize,
        cluster: &Cluster,
        manifest: &Manifest,
        dry_run: bool,
    ) -> Result<serde_json::Value, KubeError> {
        let applying = Applying { dry_run, force: self.force };
        let until = Instant::now() + SETTLING;
        let applied = loop {
            match cluster.apply(manifest, applying).await {
                Err(error) if may_settle(&error) && self.changed && Instant::now() < until => {
                    self.reporter.waiting(index, error.to_string());
                    sleep(POLL).await;
                }
                applied => break applied?,
            }
        };
        if manifest.is_definition() && !dry_run {
            let of = [Reference::of(manifest)];
            self.wait(index, cluster, SETTLING, Awaited::Ready(&of, &[])).await?;
        }
        Ok(applied)
    }

    async fn release(&self, release: &Release, at: &ChartAt) -> Result<StepEnd, KubeError> {
        let cluster = self.cluster().await?;
        let helm = self.helm().await?;
        let chart = self.locate(at).await?;
        let standing = match release.standing(helm, cluster, &chart).await {
            // It may need kinds, or a namespace, that are not there before this is applied.
            Err(error @ KubeError::Helm { .. }) if self.checks() && self.changed => {
                let output = Some(error.to_string());
                return Ok(StepEnd { output, ..StepEnd::new(State::Unknown) });
            }
            standing => standing?,
        };
        let Standing::Differs(diff) = standing else { return Ok(StepEnd::new(State::Ok)) };
        if !self.checks() {
            release.deploy(helm, cluster, &chart).await?;
        }
        Ok(changed(diff))
    }

    async fn ready(&self, index: usize, readiness: &Readiness) -> Result<StepEnd, KubeError> {
        if self.checks() && self.changed {
            return Ok(StepEnd::new(State::Skipped));
        }
        let cluster = self.cluster().await?;
        let mut objects: Vec<Reference> = readiness.objects.iter().map(Reference::of).collect();
        if let Some(release) = &readiness.release {
            let deployed = release.objects(self.helm().await?).await?;
            objects.extend(deployed.iter().map(Reference::of));
        }
        if self.checks() {
            let waits_for = blocking(cluster, &objects, &readiness.targets).await?;
            if waits_for.is_empty() {
                return Ok(StepEnd::new(State::Ok));
            }
            let output = Some(reasons(&waits_for));
            return Ok(StepEnd { output, ..StepEnd::new(State::Unknown) });
        }
        let patience = Duration::from_secs(readiness.patience.into());
        let awaited = Awaited::Ready(&objects, &readiness.targets);
        self.wait(index, cluster, patience, awaited).await?;
        Ok(StepEnd::new(State::Ok))
    }

    /// Tries what was installed, with objects that go again whatever comes of it.
    async fn probe(
        &self,
        index: usize,
        manifests: &[Manifest],
        patience: u32,
    ) -> Result<StepEnd, KubeError> {
        if self.checks() || !self.changed {
            return Ok(StepEnd::new(State::Skipped));
        }
        let cluster = self.cluster().await?;
        self.clear(index, cluster, manifests).await?;
        let tried = self.try_out(index, cluster, manifests, patience).await;
        self.clear(index, cluster, manifests).await?;
        tried.map(|()| StepEnd::new(State::Ok))
    }

    async fn try_out(
        &self,
        index: usize,
        cluster: &Cluster,
        manifests: &[Manifest],
        patience: u32,
    ) -> Result<(), KubeError> {
        for manifest in manifests {
            self.settled(index, cluster, manifest, false).await?;
        }
        let objects: Vec<Reference> = manifests.iter().map(Reference::of).collect();
        let patience = Duration::from_secs(patience.into());
        self.wait(index, cluster, patience, Awaited::Ready(&objects, &[])).await
    }

    async fn clear(
        &self,
        index: usize,
        cluster: &Cluster,
        manifests: &[Manifest],
    ) -> Result<(), KubeError> {
        for manifest in manifests.iter().rev() {
            let of = Reference::of(manifest);
            if cluster.delete(&of).await? {
                self.gone(index, cluster, &of).await?;
            }
        }
        Ok(())
    }

    async fn remove(&self, index: usize, removal: &Removal) -> Result<StepEnd, KubeError> {
        let cluster = self.cluster().await?;
        let of = &removal.object;
        let Some(_) = cluster.get(of).await? else { return Ok(StepEnd::new(State::Ok)) };
        if let Some(reason) = self.stays(cluster, removal).await? {
            self.reporter.note(format!("{of} stays: {reason}"));
            return Ok(StepEnd { output: Some(reason), ..StepEnd::new(State::Skipped) });
        }
        if self.checks() {
            return Ok(StepEnd::new(State::Changed));
        }
        if removal.found {
            cluster.let_go(of).await?;
        } else if cluster.delete(of).await? {
            self.gone(index, cluster, of).await?;
        }
        Ok(StepEnd::new(State::Changed))
    }

    /// Why an object must not go: others need it, or something of theirs would go with it.
    async fn stays(
        &self,
        cluster: &Cluster,
        removal: &Removal,
    ) -> Result<Option<String>, KubeError> {
        let Removal { object, found, addon } = removal;
        if *found {
            return Ok(None);
        }
        let others = Inventory::all(cluster).await?;
        let other = others.iter().find(|one| one.addon != *addon && one.entry(object).is_some());
        if let Some(other) = other {
            return Ok(Some(format!("the addon {} has it too", other.addon)));
        }
        let inside = match object.kind.as_str() {
            "Namespace" => self.guests(cluster, &object.name).await?,
            "CustomResourceDefinition" => self.instances(cluster, object).await?,
            _ => Vec::new(),
        };
        let names = inside.join(", ");
        Ok((!inside.is_empty()).then(|| format!("it holds {names}")))
    }

    /// What somebody else has in a namespace, or what holds data.
    async fn guests(&self, cluster: &Cluster, namespace: &str) -> Result<Vec<String>, KubeError> {
        let mut guests = Vec::new();
        for (api_version, kind) in [
            ("v1", "PersistentVolumeClaim"),
            ("apps/v1", "Deployment"),
            ("apps/v1", "StatefulSet"),
            ("apps/v1", "DaemonSet"),
            ("batch/v1", "Job"),
        ] {
            let found = cluster.list(api_version, kind, Some(namespace), "", "").await?;
            let alive = found.iter().filter(|one| one["metadata"]["deletionTimestamp"].is_null());
            let name = |one: &serde_json::Value| {
                format!("{kind} {}", one["metadata"]["name"].as_str().unwrap_or_default())
            };
            guests.extend(alive.map(name));
        }
        Ok(guests)
    }

    /// The objects of a kind of ours that are still there: ours have gone by now.
    async fn instances(&self, cluster: &Cluster, of: &Reference) -> Result<Vec<String>, KubeError> {
        let Some(definition) = cluster.get(of).await? else { return Ok(Vec::new()) };
        let spec = &definition["spec"];
        let group = spec["group"].as_str().unwrap_or_default();
        let kind = spec["names"]["kind"].as_str().unwrap_or_default();
        let versions = spec["versions"].as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(version) = versions.iter().find(|one| one["served"] == true) else {
            return Ok(Vec::new());
        };
        let api_version = format!("{group}/{}", version["name"].as_str().unwrap_or_default());
        let found = cluster.list(&api_version, kind, None, "", "").await?;
        let name = |one: &serde_json::Value| {
            format!("{kind} {}", one["metadata"]["name"].as_str().unwrap_or_default())
        };
        Ok(found.iter().map(name).collect())
    }

    /// Waits until an object is gone.
    async fn gone(&self, index: usize, cluster: &Cluster, of: &Reference) -> Result<(), KubeError> {
        self.wait(index, cluster, FAREWELL, Awaited::Gone(of)).await
    }

    async fn uninstall(&self, of: &Reference) -> Result<StepEnd, KubeError> {
        let helm = self.helm().await?;
        let namespace = of.namespace.as_deref().unwrap_or("default");
        let releases = helm.list(Some(namespace)).await?;
        if !releases.iter().any(|release| release["name"] == of.name.as_str()) {
            return Ok(StepEnd::new(State::Ok));
        }
        if !self.checks() {
            helm.uninstall(&of.name, namespace).await?;
        }
        Ok(StepEnd::new(State::Changed))
    }

    async fn delete(&self, index: usize, of: &Reference) -> Result<StepEnd, KubeError> {
        if !self.checks() {
            let cluster = self.cluster().await?;
            cluster.delete(of).await?;
            self.gone(index, cluster, of).await?;
        }
        Ok(StepEnd::new(State::Changed))
    }

    async fn forget(&self, addon: &str) -> Result<StepEnd, KubeError> {
        if !self.checks() {
            self.cluster().await?.delete(&inventory_reference(addon)).await?;
        }
        Ok(StepEnd::new(State::Changed))
    }

    /// Asks again and again until nothing is waited for, and tells what is.
    async fn wait(
        &self,
        index: usize,
        cluster: &Cluster,
        patience: Duration,
        awaited: Awaited<'_>,
    ) -> Result<(), KubeError> {
        let until = Instant::now() + patience;
        let mut told = String::new();
        loop {
            let waits_for = awaited.blocking(cluster).await?;
            if waits_for.is_empty() {
                return Ok(());
            }
            let reason = reasons(&waits_for);
            let what = awaited.what().to_owned();
            if waits_for.iter().any(|one| one.hopeless) {
                return Err(KubeError::NotReady { what, reason });
            }
            if Instant::now() >= until {
                let reason = format!("{reason} (after {} s)", patience.as_secs());
                return Err(KubeError::NotReady { what, reason });
            }
            if reason != told {
                self.reporter.waiting(index, reason.clone());
                told = reason;
            }
            sleep(POLL).await;
        }
    }
}

fn changed(diff: String) -> StepEnd {
    let diff = Some(diff).filter(|diff| !diff.is_empty());
    StepEnd { diff, ..StepEnd::new(State::Changed) }
}

fn reasons(waits_for: &[Blocking]) -> String {
    waits_for.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>().join("; ")
}

/// What may be otherwise in a moment.
fn may_settle(error: &KubeError) -> bool {
    match error {
        KubeError::UnknownKind { .. } => true,
        KubeError::Refused { message, code, .. } => {
            *code >= 500 && message.contains("webhook") || message.contains("being terminated")
        }
        _ => false,
    }
}

//! The steps of one task, as they are carried out.

mod apply;
mod release;
mod remove;
mod wait;

use camino::Utf8PathBuf;
use provisioner_engine::{Mode, State, StepEnd, TaskReporter};

use super::Toolbox;
use super::action::{Action, ChartAt, Fetch, Origin};
use super::planner::{BALANCED, INVENTORIES, VERSION};
use crate::KubeError;
use crate::api::{Applying, Claim, Cluster, Contested, Inventory};
use crate::chart::{ChartStore, Helm};

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
            Action::Apply(application) => self.apply(index, application).await,
            Action::Release(release, at) => self.release(index, release, at).await,
            Action::Remove(removal) => self.remove(index, removal).await,
            Action::Uninstall(departure) => self.uninstall(index, departure).await,
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
                if let Some(news) = news {
                    self.reporter.note(news);
                }
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
}

fn changed(diff: String) -> StepEnd {
    let diff = Some(diff).filter(|diff| !diff.is_empty());
    StepEnd { diff, ..StepEnd::new(State::Changed) }
}

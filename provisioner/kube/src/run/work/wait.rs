use std::time::Duration;

use provisioner_engine::{State, StepEnd};
use tokio::time::{Instant, sleep};

use super::Work;
use crate::KubeError;
use crate::addon::{Manifest, ProbeTarget};
use crate::api::{Cluster, Reference};
use crate::ready::{Blocking, blocking};
use crate::run::action::Readiness;

/// How often is looked at what is waited for.
pub(super) const POLL: Duration = Duration::from_millis(500);
/// How long an object may take to go.
const FAREWELL: Duration = Duration::from_mins(3);

/// What is waited for.
pub(super) enum Awaited<'a> {
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

impl Work<'_> {
    pub(super) async fn ready(
        &self,
        index: usize,
        readiness: &Readiness,
    ) -> Result<StepEnd, KubeError> {
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
    pub(super) async fn probe(
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

    /// Waits until an object is gone.
    pub(super) async fn gone(
        &self,
        index: usize,
        cluster: &Cluster,
        of: &Reference,
    ) -> Result<(), KubeError> {
        self.wait(index, cluster, FAREWELL, Awaited::Gone(of)).await
    }

    /// Asks again and again until nothing is waited for, and tells what is.
    pub(super) async fn wait(
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

pub(super) fn reasons(waits_for: &[Blocking]) -> String {
    waits_for.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>().join("; ")
}

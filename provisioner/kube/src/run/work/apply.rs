use std::time::Duration;

use provisioner_engine::{State, StepEnd};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::wait::{Awaited, POLL};
use super::{Work, changed};
use crate::KubeError;
use crate::addon::Manifest;
use crate::api::{Applying, Cluster, Reference, comparable, shown};
use crate::run::action::Application;

/// How long a kind, or a webhook that was just installed, may take until it answers.
const SETTLING: Duration = Duration::from_mins(1);

impl Work<'_> {
    pub(super) async fn apply(
        &self,
        index: usize,
        application: &Application,
    ) -> Result<StepEnd, KubeError> {
        let Application { manifest, made } = application;
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
        let would_be = match self.settled(index, cluster, manifest, true).await {
            Err(error) if *made && is_immutable(&error, manifest) => {
                return self.replace(index, cluster, manifest, &live).await;
            }
            would_be => would_be?,
        };
        let (before, after) = (comparable(&live), comparable(&would_be));
        if before == after {
            return Ok(StepEnd::new(State::Ok));
        }
        if !self.checks() {
            self.settled(index, cluster, manifest, false).await?;
        }
        Ok(changed(shown(&title, Some(&before), &after, secret)))
    }

    /// Deletes an object of which something cannot be changed, and makes it anew.
    async fn replace(
        &self,
        index: usize,
        cluster: &Cluster,
        manifest: &Manifest,
        live: &Value,
    ) -> Result<StepEnd, KubeError> {
        let of = Reference::of(manifest);
        // What it will be like is asked under another name: its own is taken.
        let mut other = manifest.clone();
        other.0["metadata"]["name"] = Value::from(format!("{}-anew", of.name));
        let mut would_be = cluster.apply(&other, Applying { dry_run: true, force: false }).await?;
        would_be["metadata"]["name"] = Value::from(of.name.as_str());
        if !self.checks() {
            cluster.delete(&of).await?;
            self.gone(index, cluster, &of).await?;
            self.settled(index, cluster, manifest, false).await?;
        }
        let title = format!("{manifest} (deleted and made anew: what changes cannot be changed)");
        Ok(changed(shown(
            &title,
            Some(&comparable(live)),
            &comparable(&would_be),
            manifest.is_secret(),
        )))
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
    pub(super) async fn settled(
        &self,
        index: usize,
        cluster: &Cluster,
        manifest: &Manifest,
        dry_run: bool,
    ) -> Result<Value, KubeError> {
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
}

/// Whether the API server refuses to change an object of a kind that can be made anew without anybody losing
/// by it: volumes outlive their class, a binding is there again at once, and a Job is to run again.
fn is_immutable(error: &KubeError, manifest: &Manifest) -> bool {
    let kinds = ["StorageClass", "Job", "ClusterRoleBinding", "RoleBinding"];
    matches!(error, KubeError::Refused { code: 422, .. }) && kinds.contains(&manifest.kind())
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

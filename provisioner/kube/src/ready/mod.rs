//! Whether what was applied works, and what it waits for.

mod claim;
mod condition;
mod events;
mod pod;
mod target;
mod webhook;
mod workload;

use serde_json::Value;

use crate::KubeError;
use crate::addon::ProbeTarget;
use crate::api::{Cluster, Reference};

/// Something that is not ready yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blocking {
    /// For people: what, and why.
    pub reason: String,
    /// Waiting will not help.
    pub hopeless: bool,
}

impl Blocking {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), hopeless: false }
    }
}

/// Everything of these that is not ready.
///
/// # Errors
/// The API server cannot be asked.
pub(crate) async fn blocking(
    cluster: &Cluster,
    objects: &[Reference],
    targets: &[ProbeTarget],
) -> Result<Vec<Blocking>, KubeError> {
    let mut all = Vec::new();
    for object in objects {
        all.extend(blocking_of(cluster, object).await?);
    }
    for target in targets {
        all.extend(target::blocking(cluster, target).await?);
    }
    Ok(all)
}

/// What those of these that have pods, and are there already, wait for. Whoever cannot be asked waits for
/// nothing: this is only for telling.
pub(crate) async fn told_of(cluster: &Cluster, objects: &[Reference]) -> Vec<Blocking> {
    let mut all = Vec::new();
    for of in objects.iter().filter(|of| has_pods(of)) {
        if let Ok(Some(object)) = cluster.get(of).await {
            all.extend(blocking_object(cluster, of, &object).await.unwrap_or_default());
        }
    }
    all
}

fn has_pods(of: &Reference) -> bool {
    matches!(of.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet" | "Job")
}

async fn blocking_of(cluster: &Cluster, of: &Reference) -> Result<Vec<Blocking>, KubeError> {
    let is_watched = matches!(
        of.kind.as_str(),
        "CustomResourceDefinition"
            | "APIService"
            | "ValidatingWebhookConfiguration"
            | "MutatingWebhookConfiguration"
    );
    if !is_watched && !has_pods(of) {
        return Ok(Vec::new());
    }
    let Some(object) = cluster.get(of).await? else {
        // A Job that has done its work may go: by its own limit of time, or since a hook of its chart
        // deletes it.
        if of.is_job() {
            return Ok(Vec::new());
        }
        return Ok(vec![Blocking::new(format!("{of} is not there"))]);
    };
    blocking_object(cluster, of, &object).await
}

async fn blocking_object(
    cluster: &Cluster,
    of: &Reference,
    object: &Value,
) -> Result<Vec<Blocking>, KubeError> {
    match of.kind.as_str() {
        "CustomResourceDefinition" => Ok(condition::blocking(of, object, "Established")),
        "APIService" => Ok(condition::blocking(of, object, "Available")),
        "Job" => workload::job(cluster, of, object).await,
        kind if kind.ends_with("WebhookConfiguration") => {
            webhook::blocking(cluster, of, object).await
        }
        _ => workload::rollout(cluster, of, object).await,
    }
}

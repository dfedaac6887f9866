//! Whether what was applied works, and what it waits for.

mod condition;
mod pod;
mod target;
mod webhook;
mod workload;

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

async fn blocking_of(cluster: &Cluster, of: &Reference) -> Result<Vec<Blocking>, KubeError> {
    let is_watched = matches!(
        of.kind.as_str(),
        "Deployment"
            | "StatefulSet"
            | "DaemonSet"
            | "Job"
            | "CustomResourceDefinition"
            | "APIService"
            | "ValidatingWebhookConfiguration"
            | "MutatingWebhookConfiguration"
    );
    if !is_watched {
        return Ok(Vec::new());
    }
    let Some(object) = cluster.get(of).await? else {
        return Ok(vec![Blocking::new(format!("{of} is not there"))]);
    };
    match of.kind.as_str() {
        "CustomResourceDefinition" => Ok(condition::blocking(of, &object, "Established")),
        "APIService" => Ok(condition::blocking(of, &object, "Available")),
        "Job" => workload::job(cluster, of, &object).await,
        kind if kind.ends_with("WebhookConfiguration") => {
            webhook::blocking(cluster, of, &object).await
        }
        _ => workload::rollout(cluster, of, &object).await,
    }
}

use serde_json::Value;

use super::{Blocking, condition, pod};
use crate::KubeError;
use crate::api::{Cluster, Reference};

/// Whether a Deployment, `StatefulSet` or `DaemonSet` is rolled out.
pub(super) async fn rollout(
    cluster: &Cluster,
    of: &Reference,
    object: &Value,
) -> Result<Vec<Blocking>, KubeError> {
    let status = &object["status"];
    let generation = object["metadata"]["generation"].as_i64().unwrap_or_default();
    if status["observedGeneration"].as_i64().unwrap_or_default() < generation {
        let reason = format!("{of}: the controller manager has not seen it yet");
        return Ok(vec![Blocking::new(reason)]);
    }
    let (wanted, ready) = counts(of, object);
    if ready >= wanted {
        return Ok(Vec::new());
    }
    let mut reasons = pod::reasons(cluster, of, &object["spec"]["selector"]).await?;
    // No pod may come about at all.
    let failure = condition::find(object, "ReplicaFailure").filter(|one| one["status"] == "True");
    reasons.extend(failure.and_then(|one| one["message"].as_str()).map(str::to_owned));
    let because =
        if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    Ok(vec![Blocking::new(format!("{of}: {ready} of {wanted} pods are ready{because}"))])
}

/// How many pods of the newest kind there are to be, and how many of them are ready.
fn counts(of: &Reference, object: &Value) -> (i64, i64) {
    let status = &object["status"];
    let number = |key: &str| status[key].as_i64().unwrap_or_default();
    if of.kind == "DaemonSet" {
        let updated = match object["spec"]["updateStrategy"]["type"].as_str() {
            // Whoever deletes the old pods is somebody else.
            Some("OnDelete") => i64::MAX,
            _ => number("updatedNumberScheduled"),
        };
        return (number("desiredNumberScheduled"), number("numberAvailable").min(updated));
    }
    let wanted = object["spec"]["replicas"].as_i64().unwrap_or(1);
    if of.kind == "Deployment" {
        // Pods of the version before may still serve; they count for nothing.
        let old = number("replicas") - number("updatedReplicas");
        let ready = (number("availableReplicas") - old).max(0);
        return (wanted, ready.min(number("updatedReplicas")));
    }
    let is_updated = status["updateRevision"] == status["currentRevision"]
        || object["spec"]["updateStrategy"]["type"] == "OnDelete";
    let updated = if is_updated { i64::MAX } else { number("updatedReplicas") };
    (wanted, number("readyReplicas").min(updated))
}

/// Whether a Job has succeeded; one that has failed will not any more.
pub(super) async fn job(
    cluster: &Cluster,
    of: &Reference,
    object: &Value,
) -> Result<Vec<Blocking>, KubeError> {
    let holds =
        |name: &str| condition::find(object, name).is_some_and(|one| one["status"] == "True");
    if holds("Complete") {
        return Ok(Vec::new());
    }
    let reasons = pod::reasons(cluster, of, &object["spec"]["selector"]).await?;
    let because =
        if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    let hopeless = holds("Failed");
    let state = if hopeless { "has failed" } else { "is not complete" };
    Ok(vec![Blocking { reason: format!("{of} {state}{because}"), hopeless }])
}

use std::collections::BTreeSet;

use serde_json::Value;

use super::events::{events, newest};
use crate::KubeError;
use crate::api::{Cluster, Reference};

/// Why the pods of a workload are not ready: each reason once, the most telling of each pod.
pub(super) async fn reasons(
    cluster: &Cluster,
    of: &Reference,
    selector: &Value,
) -> Result<Vec<String>, KubeError> {
    let Some(labels) = labels(selector) else { return Ok(Vec::new()) };
    let pods = cluster.list("v1", "Pod", of.namespace.as_deref(), &labels, "").await?;
    let mut reasons = BTreeSet::new();
    for pod in &pods {
        if let Some(reason) = reason(cluster, pod).await? {
            reasons.insert(reason);
        }
    }
    Ok(reasons.into_iter().collect())
}

/// `app=a,tier=b`.
fn labels(selector: &Value) -> Option<String> {
    let labels = selector["matchLabels"].as_object()?;
    let label =
        |(key, value): (&String, &Value)| format!("{key}={}", value.as_str().unwrap_or_default());
    Some(labels.iter().map(label).collect::<Vec<_>>().join(","))
}

async fn reason(cluster: &Cluster, pod: &Value) -> Result<Option<String>, KubeError> {
    let name = pod["metadata"]["name"].as_str().unwrap_or_default();
    let namespace = pod["metadata"]["namespace"].as_str().unwrap_or_default();
    let status = &pod["status"];
    let of_both = ["initContainerStatuses", "containerStatuses"].map(|key| status[key].as_array());
    let containers: Vec<&Value> = of_both.into_iter().flatten().flatten().collect();
    for container in containers {
        if let Some(reason) = of_container(cluster, namespace, name, container).await {
            return Ok(Some(reason));
        }
    }
    let scheduled = super::condition::find(pod, "PodScheduled");
    if let Some(message) = scheduled.filter(|one| one["status"] == "False") {
        let message = message["message"].as_str().unwrap_or("no node takes it");
        let claim = super::claim::reason(cluster, namespace, pod).await?;
        let claim = claim.map(|claim| format!("; {claim}")).unwrap_or_default();
        return Ok(Some(format!("pod {name} has no node: {message}{claim}")));
    }
    if status["phase"] == "Failed" {
        let message = status["message"].as_str().or(status["reason"].as_str());
        return Ok(Some(format!(
            "pod {name} has failed: {}",
            message.unwrap_or("no reason is given")
        )));
    }
    if status["phase"] == "Pending" {
        return Ok(warning(cluster, namespace, name)
            .await?
            .map(|said| format!("pod {name}: {said}")));
    }
    let ready = super::condition::find(pod, "Ready").filter(|one| one["status"] == "False");
    Ok(ready.map(|_| format!("pod {name} runs, and does not say that it is ready")))
}

async fn of_container(
    cluster: &Cluster,
    namespace: &str,
    pod: &str,
    container: &Value,
) -> Option<String> {
    let name = container["name"].as_str().unwrap_or_default();
    let image = container["image"].as_str().unwrap_or_default();
    let waiting = &container["state"]["waiting"];
    let reason = waiting["reason"].as_str().unwrap_or_default();
    let message = waiting["message"].as_str().unwrap_or_default();
    match reason {
        "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => {
            // While it backs off only the event before tells the cause.
            let cause = match reason {
                "ImagePullBackOff" => pull_failure(cluster, namespace, pod).await,
                _ => None,
            };
            let said = cause.unwrap_or_else(|| message.to_owned());
            return Some(format!("pod {pod}: the image {image} cannot be pulled: {said}"));
        }
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
            return Some(format!("pod {pod}: {message}"));
        }
        _ => {}
    }
    let ended = [&container["state"]["terminated"], &container["lastState"]["terminated"]];
    let ended =
        ended.into_iter().find(|ended| ended["exitCode"].as_i64().unwrap_or_default() != 0)?;
    if container["ready"] == true {
        return None;
    }
    let code = &ended["exitCode"];
    let words = cluster.last_words(namespace, pod, name).await;
    let words = words.or_else(|| ended["message"].as_str().map(str::to_owned));
    let why = words.or_else(|| ended["reason"].as_str().map(str::to_owned)).unwrap_or_default();
    Some(format!("pod {pod}: {name} ends with {code}: {why}"))
}

/// The newest warning about a pod: a volume that cannot be mounted, a sandbox that cannot be made.
async fn warning(
    cluster: &Cluster,
    namespace: &str,
    pod: &str,
) -> Result<Option<String>, KubeError> {
    Ok(newest(&events(cluster, namespace, "Pod", pod).await?, |event| event["type"] == "Warning"))
}

async fn pull_failure(cluster: &Cluster, namespace: &str, pod: &str) -> Option<String> {
    let says_so = |event: &Value| {
        event["message"].as_str().is_some_and(|message| message.contains("Failed to pull"))
    };
    newest(&events(cluster, namespace, "Pod", pod).await.ok()?, says_so)
}

use serde_json::Value;

use super::events::{events, newest};
use crate::KubeError;
use crate::api::{Cluster, Reference};

/// Why a volume that a pod waits for is not there: of the pod is only said that it has none.
pub(super) async fn reason(
    cluster: &Cluster,
    namespace: &str,
    pod: &Value,
) -> Result<Option<String>, KubeError> {
    for volume in pod["spec"]["volumes"].as_array().into_iter().flatten() {
        let Some(name) = volume["persistentVolumeClaim"]["claimName"].as_str() else { continue };
        let of = Reference::new("v1", "PersistentVolumeClaim", Some(namespace), name);
        let Some(claim) = cluster.get(&of).await? else {
            return Ok(Some(format!("its volume claim {name} is not there")));
        };
        if claim["status"]["phase"] == "Bound" {
            continue;
        }
        let events = events(cluster, namespace, &of.kind, name).await?;
        if let Some(said) = newest(&events, is_of_the_volume) {
            return Ok(Some(format!("its volume claim {name} is not bound: {said}")));
        }
    }
    Ok(None)
}

/// That a volume comes only when its pod has a node says nothing about why the pod has none.
fn is_of_the_volume(event: &Value) -> bool {
    !["WaitForFirstConsumer", "WaitForPodScheduled"]
        .contains(&event["reason"].as_str().unwrap_or_default())
}

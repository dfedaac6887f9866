use serde_json::Value;

use super::Blocking;
use crate::KubeError;
use crate::api::{Cluster, Reference};

/// Whether the services behind webhooks answer; before that, every request that they are for fails.
pub(super) async fn blocking(
    cluster: &Cluster,
    of: &Reference,
    object: &Value,
) -> Result<Vec<Blocking>, KubeError> {
    let mut all = Vec::new();
    let mut asked = Vec::new();
    for webhook in object["webhooks"].as_array().into_iter().flatten() {
        let service = &webhook["clientConfig"]["service"];
        let Some(path) = proxy_path(service) else { continue };
        if asked.contains(&path) {
            continue;
        }
        let (status, said) = cluster.answer(&path).await?;
        asked.push(path);
        // What it makes of a question that is none of its own does not matter: it listens.
        if matches!(status, 500..) {
            let name = service["name"].as_str().unwrap_or_default();
            all.push(Blocking::new(format!("{of}: its service {name} does not answer: {said}")));
        }
    }
    Ok(all)
}

/// The service through the API server (the subresource `proxy`).
fn proxy_path(service: &Value) -> Option<String> {
    let namespace = service["namespace"].as_str()?;
    let name = service["name"].as_str()?;
    let port = service["port"].as_u64().unwrap_or(443);
    Some(format!("/api/v1/namespaces/{namespace}/services/https:{name}:{port}/proxy/"))
}

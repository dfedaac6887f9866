use serde_json::Value;

use super::{Blocking, condition};
use crate::KubeError;
use crate::addon::ProbeTarget;
use crate::api::{Cluster, Reference};

/// Whether an object that something else makes is there, in its condition.
pub(super) async fn blocking(
    cluster: &Cluster,
    target: &ProbeTarget,
) -> Result<Vec<Blocking>, KubeError> {
    let namespace = target.namespace.as_deref();
    let objects = match &target.name {
        Some(name) => {
            let of = Reference::new(&target.api_version, &target.kind, namespace, name);
            cluster.get(&of).await?.into_iter().collect()
        }
        None => cluster.list(&target.api_version, &target.kind, namespace, "", "").await?,
    };
    if objects.is_empty() {
        let name = target.name.as_deref().unwrap_or("of any name");
        return Ok(vec![Blocking::new(format!("{} {name} is not there yet", target.kind))]);
    }
    let Some(wanted) = &target.condition else { return Ok(Vec::new()) };
    let of = |object: &Value| {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        Reference::new(
            &target.api_version,
            &target.kind,
            object["metadata"]["namespace"].as_str(),
            name,
        )
    };
    Ok(objects.iter().flat_map(|object| condition::blocking(&of(object), object, wanted)).collect())
}

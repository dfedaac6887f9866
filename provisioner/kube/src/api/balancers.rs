//! Objects for which something outside of the cluster was made: a load balancer.

use serde_json::Value;

use super::{Cluster, Reference};
use crate::KubeError;

/// Kinds for which controllers make load balancers.
const KINDS: [(&str, &str); 3] = [
    ("v1", "Service"),
    ("networking.k8s.io/v1", "Ingress"),
    ("gateway.networking.k8s.io/v1", "Gateway"),
];
/// In the finalizers of the controllers of AWS: `service.k8s.aws/resources`, `ingress.k8s.aws/resources`.
const OF_AWS: &str = ".k8s.aws/";

impl Cluster {
    /// Every object that a load balancer was made for.
    pub(crate) async fn balanced(&self) -> Result<Vec<Reference>, KubeError> {
        let mut all = Vec::new();
        for (api_version, kind) in KINDS {
            let found = self.list(api_version, kind, None, "", "").await?;
            let balanced = found.iter().filter(|object| has_balancer(object));
            all.extend(balanced.map(|object| {
                let text = |key: &str| object["metadata"][key].as_str();
                Reference::new(
                    api_version,
                    kind,
                    text("namespace"),
                    text("name").unwrap_or_default(),
                )
            }));
        }
        Ok(all)
    }
}

fn has_balancer(object: &Value) -> bool {
    let finalizers = object["metadata"]["finalizers"].as_array().into_iter().flatten();
    let mut finalizers = finalizers.filter_map(Value::as_str);
    object["spec"]["type"] == "LoadBalancer" || finalizers.any(|one| one.contains(OF_AWS))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_balancer_is_known_by_the_type_of_a_service_or_by_a_finalizer() {
        let with = |kind: &str, finalizer: &str| {
            has_balancer(&json!({"spec": {"type": kind}, "metadata": {"finalizers": [finalizer]}}))
        };
        assert!(with("LoadBalancer", "service.kubernetes.io/load-balancer-cleanup"));
        assert!(with("", "ingress.k8s.aws/resources") && with("", "group.ingress.k8s.aws/web"));
        assert!(!with("ClusterIP", "foregroundDeletion"));
        assert!(!has_balancer(&json!({"spec": {}})));
    }
}

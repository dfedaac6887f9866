use std::fmt;

use camino::Utf8Path;
use serde::Deserialize as _;
use serde_json::Value;

use crate::KubeError;

/// An object as it is to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Manifest(pub(crate) Value);

impl Manifest {
    pub(crate) fn api_version(&self) -> &str {
        self.0["apiVersion"].as_str().unwrap_or_default()
    }

    pub(crate) fn kind(&self) -> &str {
        self.0["kind"].as_str().unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &str {
        self.0["metadata"]["name"].as_str().unwrap_or_default()
    }

    pub(crate) fn namespace(&self) -> Option<&str> {
        self.0["metadata"]["namespace"].as_str()
    }

    /// Whether what is in it must not be shown.
    pub(crate) fn is_secret(&self) -> bool {
        self.kind() == "Secret" && self.api_version() == "v1"
    }

    pub(crate) fn is_definition(&self) -> bool {
        self.kind() == "CustomResourceDefinition"
    }
}

/// `Deployment kube-system/metrics-server`.
impl fmt::Display for Manifest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace() {
            Some(namespace) => {
                write!(formatter, "{} {namespace}/{}", self.kind(), self.name())
            }
            None => write!(formatter, "{} {}", self.kind(), self.name()),
        }
    }
}

/// Whether objects of its kind belong to no namespace, as far as Kubernetes' own kinds go.
pub(crate) fn is_of_the_cluster(manifest: &Manifest) -> bool {
    const KINDS: [&str; 18] = [
        "APIService",
        "ClusterRole",
        "ClusterRoleBinding",
        "CSIDriver",
        "CustomResourceDefinition",
        "GatewayClass",
        "IngressClass",
        "Installation",
        "MutatingWebhookConfiguration",
        "Namespace",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeSnapshotClass",
    ];
    KINDS.contains(&manifest.kind())
}

/// The objects in a text of YAML documents, in the order in which they are applied.
///
/// # Errors
/// What is no YAML, or no object of Kubernetes.
pub(crate) fn documents(path: &Utf8Path, text: &str) -> Result<Vec<Manifest>, KubeError> {
    let wrong = |reason: String| KubeError::Render { path: path.to_owned(), reason };
    let mut manifests = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let value = Value::deserialize(document).map_err(|error| wrong(error.to_string()))?;
        let items = match (value["kind"].as_str(), value["items"].as_array()) {
            (Some(kind), Some(items)) if kind.ends_with("List") => items.clone(),
            _ if value.is_null() => continue,
            _ => vec![value],
        };
        for item in items {
            let manifest = Manifest(item);
            let parts = [manifest.api_version(), manifest.kind(), manifest.name()];
            if parts.iter().any(|part| part.is_empty()) {
                return Err(wrong(format!(
                    "a document needs apiVersion, kind and metadata.name: {}",
                    shortened(&manifest.0)
                )));
            }
            manifests.push(manifest);
        }
    }
    manifests.sort_by_key(rank);
    Ok(manifests)
}

fn shortened(value: &Value) -> String {
    value.to_string().chars().take(120).collect()
}

/// What others refer to comes first; what calls back into the cluster last.
fn rank(manifest: &Manifest) -> usize {
    const FIRST: [&str; 15] = [
        "Namespace",
        "CustomResourceDefinition",
        "PriorityClass",
        "StorageClass",
        "ServiceAccount",
        "ClusterRole",
        "ClusterRoleBinding",
        "Role",
        "RoleBinding",
        "ConfigMap",
        "Secret",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "Service",
        "NetworkPolicy",
    ];
    const LAST: [&str; 3] =
        ["APIService", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];
    let kind = manifest.kind();
    let last = LAST.iter().position(|other| *other == kind).map(|at| FIRST.len() + 1 + at);
    FIRST.iter().position(|other| *other == kind).or(last).unwrap_or(FIRST.len())
}

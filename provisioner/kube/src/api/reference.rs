use std::fmt;

use serde::{Deserialize, Serialize};

use crate::addon::Manifest;

const HELM: &str = "helm.sh/v3";

/// Which object is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reference {
    pub api_version: String,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub name: String,
}

impl Reference {
    pub(crate) fn of(manifest: &Manifest) -> Self {
        Self {
            api_version: manifest.api_version().to_owned(),
            kind: manifest.kind().to_owned(),
            namespace: manifest.namespace().map(str::to_owned),
            name: manifest.name().to_owned(),
        }
    }

    pub(crate) fn new(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    /// A release of helm's, for which the API has no kind.
    pub(crate) fn release(name: &str, namespace: &str) -> Self {
        Self::new(HELM, "Release", Some(namespace), name)
    }

    pub(crate) fn is_release(&self) -> bool {
        self.api_version == HELM
    }

    pub(crate) fn is_namespace(&self) -> bool {
        self.kind == "Namespace" && self.api_version == "v1"
    }

    /// Something that runs once, and may be gone afterwards.
    pub(crate) fn is_job(&self) -> bool {
        self.kind == "Job" && group(&self.api_version) == "batch"
    }

    /// Whether both are one object, in whichever version of its kind.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.name == other.name
            && self.namespace == other.namespace
            && group(&self.api_version) == group(&other.api_version)
    }
}

fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// `Deployment kube-system/metrics-server`.
impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(formatter, "{} {namespace}/{}", self.kind, self.name),
            None => write!(formatter, "{} {}", self.kind, self.name),
        }
    }
}

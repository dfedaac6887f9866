use schemars::JsonSchema;
use serde::Serialize;

/// What the container of a component is given, as in any pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Resources {
    /// Set aside for it on its host. What is not said here is as kubeadm has it.
    #[schemars(with = "Option<Amounts>")]
    #[serde(skip_serializing_if = "Amounts::is_empty")]
    pub requests: Amounts,
    /// What it may take at most.
    #[schemars(with = "Option<Amounts>")]
    #[serde(skip_serializing_if = "Amounts::is_empty")]
    pub limits: Amounts,
}

impl Resources {
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.limits.is_empty()
    }
}

/// Amounts of a node's resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Amounts {
    /// CPUs: `2`, `500m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<String>,
    /// Bytes: `512Mi`, `2Gi`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
}

impl Amounts {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

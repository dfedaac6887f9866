use super::IamRole;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Pods that run on Fargate: each on capacity of its own instead of a node of a node group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct FargateProfile {
    /// Its name: letters, digits, `-` and `_`.
    pub name: String,
    /// Which pods: those that one of up to five selectors fits.
    pub selectors: Vec<FargateSelector>,
    /// Private subnets of an existing VPC, by their ids. Default: all private ones of the cluster.
    #[schemars(with = "Option<Vec<String>>")]
    pub subnets: Vec<String>,
    /// The role that the pods are started under: `create`, for one that all profiles share, or the ARN
    /// of one that exists.
    #[schemars(with = "Option<String>", extend("default" = "create"))]
    pub role: IamRole,
    /// Tags of the profile, beside those of the cluster.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub tags: BTreeMap<String, String>,
}

/// Pods of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct FargateSelector {
    /// The namespace; `*` and `?` stand for any characters, or one.
    pub namespace: String,
    /// The labels that a pod has to have, up to five; `*` and `?` as in the namespace.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub labels: BTreeMap<String, String>,
}

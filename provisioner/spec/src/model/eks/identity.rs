use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The IAM roles of the control plane and the nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Roles {
    /// Of the control plane: `create`, or the ARN of one that exists.
    #[schemars(with = "Option<String>", extend("default" = "create"))]
    pub cluster: IamRole,
    /// Of the nodes: `create`, or the ARN of one that exists.
    #[schemars(with = "Option<String>", extend("default" = "create"))]
    pub node: IamRole,
    /// ARNs of further policies for the nodes' role that is made.
    #[schemars(with = "Option<Vec<String>>")]
    pub node_policies: Vec<String>,
    /// A policy document of one's own for the nodes' role that is made: what IAM reads, with `Version`
    /// and `Statement`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schemars(with = "Option<Map<String, Value>>")]
    pub node_policy: Map<String, Value>,
    /// The ARN of the permissions boundary of every role that is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
}

/// A role that is made, or one that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IamRole {
    Create,
    Arn(String),
}

impl Serialize for IamRole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Create => "create",
            Self::Arn(arn) => arn,
        })
    }
}

/// An IAM role that a service account assumes through the OIDC provider (IRSA).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ServiceAccount {
    /// The namespace of the service account.
    pub namespace: String,
    /// The name of the service account.
    pub name: String,
    /// Which service accounts get the role instead of this one alone: `*` and `?` stand for others, as in
    /// `system:serviceaccount:team-*:reader`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_pattern: Option<String>,
    /// ARNs of the policies of its role.
    #[schemars(with = "Option<Vec<String>>")]
    pub policies: Vec<String>,
    /// A policy document of one's own for its role: what IAM reads, with `Version` and `Statement`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schemars(with = "Option<Map<String, Value>>")]
    pub policy: Map<String, Value>,
    /// The name of the role. Default: made of the names of cluster, namespace and service account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_name: Option<String>,
    /// The ARN of the permissions boundary of the role. Default: that of `roles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// Tags of the role, beside those of the cluster.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub tags: BTreeMap<String, String>,
}

/// An IAM role that the pods of a service account get through EKS Pod Identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct PodIdentity {
    /// The namespace of the service account.
    pub namespace: String,
    /// The name of the service account.
    pub service_account: String,
    /// `create`, or the ARN of a role that exists.
    #[schemars(with = "Option<String>", extend("default" = "create"))]
    pub role: IamRole,
    /// ARNs of the policies of a role that is made.
    #[schemars(with = "Option<Vec<String>>")]
    pub policies: Vec<String>,
    /// A policy document of one's own for a role that is made: what IAM reads, with `Version` and
    /// `Statement`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schemars(with = "Option<Map<String, Value>>")]
    pub policy: Map<String, Value>,
    /// The name of a role that is made. Default: made of the names of cluster, namespace and service
    /// account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_name: Option<String>,
    /// The ARN of the permissions boundary of a role that is made. Default: that of `roles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// The ARN of a further role, maybe of another account, that the pods get in the end: the first one assumes it,
    /// and each has to allow that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_role: Option<String>,
    /// Whether sessions have tags that say which cluster, namespace and service account they are of.
    #[schemars(with = "Option<bool>", extend("default" = true))]
    pub session_tags: bool,
    /// A policy document: what it does not allow, pods may not do either. It goes without `sessionTags`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schemars(with = "Option<Map<String, Value>>")]
    pub session_policy: Map<String, Value>,
    /// Tags of a role that is made and of the identity, beside those of the cluster.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub tags: BTreeMap<String, String>,
}

/// An IAM principal that may use the Kubernetes API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct AccessEntry {
    /// The ARN of the user or role.
    pub principal: String,
    /// What the principal is.
    #[serde(rename = "type")]
    #[schemars(with = "Option<AccessEntryType>")]
    pub kind: AccessEntryType,
    /// The name that the Kubernetes API knows it by. Default: AWS derives one from the ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Groups of Kubernetes that it belongs to.
    #[schemars(with = "Option<Vec<String>>")]
    pub groups: Vec<String>,
    /// What it may do.
    #[schemars(with = "Option<Vec<AccessPolicy>>")]
    pub policies: Vec<AccessPolicy>,
}

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub enum AccessEntryType {
    /// A person or a program.
    #[serde(rename = "STANDARD")]
    Standard,
    /// The role of Linux nodes.
    #[serde(rename = "EC2_LINUX")]
    Ec2Linux,
    /// The role of Windows nodes.
    #[serde(rename = "EC2_WINDOWS")]
    Ec2Windows,
}

impl AccessEntryType {
    /// The word that AWS uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Ec2Linux => "EC2_LINUX",
            Self::Ec2Windows => "EC2_WINDOWS",
        }
    }
}

/// An access policy of EKS, for the whole cluster or for some namespaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct AccessPolicy {
    /// Its name, such as `AmazonEKSClusterAdminPolicy`, or its ARN.
    pub policy: String,
    /// The namespaces that it is for. Default: all.
    #[schemars(with = "Option<Vec<String>>")]
    pub namespaces: Vec<String>,
}

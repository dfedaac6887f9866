use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// An addon that EKS installs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct EksAddon {
    /// `default`: the one that EKS has for the version of Kubernetes; `latest`: the newest that goes
    /// with it; or an exact one, such as `v1.19.2-eksbuild.1`.
    #[schemars(with = "Option<String>", extend("default" = "default"))]
    pub version: AddonVersion,
    /// ARNs of the policies of a role that is made for it, and that it gets through EKS Pod Identity.
    #[schemars(with = "Option<Vec<String>>")]
    pub policies: Vec<String>,
    /// A policy document of one's own for that role: what IAM reads, with `Version` and `Statement`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schemars(with = "Option<Map<String, Value>>")]
    pub policy: Map<String, Value>,
    /// The ARN of the permissions boundary of that role. Default: that of `roles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// The ARN of a role that exists, for its service account (IRSA).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_role: Option<String>,
    /// Its own settings, as its schema knows them.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub configuration: Map<String, Value>,
    /// What becomes of settings that were changed in the cluster when the addon is changed.
    #[schemars(with = "Option<ResolveConflicts>")]
    pub resolve_conflicts: ResolveConflicts,
    /// Tags of the addon, beside those of the cluster.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub tags: BTreeMap<String, String>,
}

/// What becomes of settings that were changed in the cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ResolveConflicts {
    /// They stay.
    #[default]
    Preserve,
    /// Those of EKS take their place.
    Overwrite,
}

/// Which version of an addon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AddonVersion {
    #[default]
    Default,
    Latest,
    Exact(String),
}

impl Serialize for AddonVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Default => "default",
            Self::Latest => "latest",
            Self::Exact(version) => version,
        })
    }
}

/// The service accounts of addons that use AWS (as `DescribeAddonConfiguration` tells).
const SERVICE_ACCOUNTS: [(&str, &str); 7] = [
    ("amazon-cloudwatch-observability", "cloudwatch-agent"),
    ("aws-ebs-csi-driver", "ebs-csi-controller-sa"),
    ("aws-efs-csi-driver", "efs-csi-controller-sa"),
    ("aws-mountpoint-s3-csi-driver", "s3-csi-driver-sa"),
    ("external-dns", "external-dns"),
    ("snapshot-controller", "snapshot-controller"),
    ("vpc-cni", "aws-node"),
];

impl EksAddon {
    /// Whether a role is made for it.
    pub fn has_role(&self) -> bool {
        !self.policies.is_empty() || !self.policy.is_empty()
    }

    /// The service account of an addon that uses AWS.
    pub fn service_account(name: &str) -> Option<&'static str> {
        SERVICE_ACCOUNTS.iter().find(|(addon, _)| *addon == name).map(|(_, account)| *account)
    }
}

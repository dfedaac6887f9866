use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// An addon that EKS installs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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
    /// The ARN of a role that exists, for its service account (IRSA).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_role: Option<String>,
    /// Its own settings, as its schema knows them.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub configuration: Map<String, Value>,
}

/// Which version of an addon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddonVersion {
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

impl Default for EksAddon {
    fn default() -> Self {
        Self {
            version: AddonVersion::Default,
            policies: Vec::new(),
            service_account_role: None,
            configuration: Map::new(),
        }
    }
}

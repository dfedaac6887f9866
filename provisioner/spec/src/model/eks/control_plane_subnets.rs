use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// The subnets that the control plane has network interfaces in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ControlPlaneSubnets {
    /// All of the cluster.
    #[default]
    All,
    /// The private ones of the cluster.
    Private,
    /// These, which exist.
    Named(Vec<String>),
}

impl ControlPlaneSubnets {
    pub(crate) fn is_all(&self) -> bool {
        *self == Self::All
    }

    /// Those that are named one by one.
    pub fn named(&self) -> &[String] {
        match self {
            Self::Named(subnets) => subnets,
            Self::All | Self::Private => &[],
        }
    }
}

impl Serialize for ControlPlaneSubnets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Private => serializer.serialize_str("private"),
            Self::Named(subnets) => serializer.collect_seq(subnets),
        }
    }
}

impl JsonSchema for ControlPlaneSubnets {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ControlPlaneSubnets".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "`all`, `private`, or a list of subnets that exist.",
            "anyOf": [
                {"enum": ["all", "private"]},
                {"type": "array", "items": {"type": "string"}},
            ],
        })
    }
}

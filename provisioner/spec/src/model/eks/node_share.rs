use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use std::fmt;

/// How many nodes of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeShare {
    Nodes(u32),
    /// Of the nodes of the group.
    Percent(u32),
}

/// EKS replaces a node at a time in an update, unless told otherwise.
impl Default for NodeShare {
    fn default() -> Self {
        Self::Nodes(1)
    }
}

impl fmt::Display for NodeShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nodes(number) => write!(f, "{number}"),
            Self::Percent(share) => write!(f, "{share}%"),
        }
    }
}

impl Serialize for NodeShare {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nodes(number) => serializer.serialize_u32(*number),
            Self::Percent(_) => serializer.collect_str(self),
        }
    }
}

/// A number, or a share as Kubernetes writes them.
impl JsonSchema for NodeShare {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NodeShare".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number of nodes, or a share of them.",
            "oneOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": "^([1-9][0-9]?|100)%$"},
            ],
        })
    }
}

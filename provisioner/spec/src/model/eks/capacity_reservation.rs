use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use std::fmt;

/// Which reserved capacity the nodes of a group take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapacityReservation {
    /// Whatever fits.
    Open,
    /// None, though it would fit.
    None,
    /// Whatever fits, and nodes are not started outside of it.
    Only,
    /// That of one reservation.
    Id(String),
    /// Those of a resource group, by its ARN.
    Group(String),
}

impl fmt::Display for CapacityReservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::None => "none",
            Self::Only => "only",
            Self::Id(text) | Self::Group(text) => text,
        })
    }
}

impl Serialize for CapacityReservation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for CapacityReservation {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CapacityReservation".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(open|none|only|cr-[0-9a-f]+|arn:[a-z-]+:resource-groups:.*)$",
        })
    }
}

use ipnet::Ipv4Net;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use std::fmt;

/// From where something in the network of a cluster is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkSource {
    /// From all of the VPC.
    Vpc,
    /// From addresses of this range.
    Range(Ipv4Net),
    /// From whatever has this security group.
    Group(String),
}

impl NetworkSource {
    /// The security group that it names.
    pub fn group(&self) -> Option<&String> {
        match self {
            Self::Group(id) => Some(id),
            Self::Vpc | Self::Range(_) => None,
        }
    }
}

impl fmt::Display for NetworkSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vpc => f.write_str("vpc"),
            Self::Range(range) => write!(f, "{range}"),
            Self::Group(id) => f.write_str(id),
        }
    }
}

impl Serialize for NetworkSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for NetworkSource {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NetworkSource".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(vpc|sg-[0-9a-f]+|[0-9.]+/[0-9]+)$",
        })
    }
}

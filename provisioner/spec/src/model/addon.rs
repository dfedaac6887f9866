use serde::Serialize;
use serde_json::{Map, Value};

/// Something that is installed into the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Addon {
    /// Whether it is installed.
    pub enabled: bool,
    /// Its own settings, defaults filled in. Of secrets only where they are.
    #[serde(flatten)]
    pub settings: Map<String, Value>,
}

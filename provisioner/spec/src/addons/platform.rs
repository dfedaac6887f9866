use serde::Deserialize;

/// A kind of cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    Hosts,
    Eks,
}

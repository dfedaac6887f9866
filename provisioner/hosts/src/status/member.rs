//! What the members of etcd answer.

use serde::Deserialize;

/// A member, as any of them lists it.
#[derive(Debug, Deserialize)]
pub(super) struct Member {
    #[serde(rename = "ID", deserialize_with = "number")]
    pub(super) id: u64,
    /// Empty for one that was added and has never started.
    #[serde(default)]
    pub(super) name: String,
    #[serde(default, rename = "peerURLs", deserialize_with = "first")]
    pub(super) peer: String,
    #[serde(default, rename = "isLearner")]
    pub(super) is_learner: bool,
}

impl Member {
    pub(super) fn list(text: &str) -> Vec<Self> {
        #[derive(Deserialize)]
        struct List {
            members: Vec<Member>,
        }
        serde_json::from_str::<List>(text).map(|list| list.members).unwrap_or_default()
    }
}

/// The gateway writes whole numbers as text.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

fn first<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Vec::deserialize(deserializer)?.into_iter().next().unwrap_or_default())
}

/// What a member says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OwnStatus {
    pub(super) version: String,
    pub(super) leader: u64,
    pub(super) database_bytes: u64,
    pub(super) used_bytes: u64,
    /// Alarms: no space, a damaged store.
    pub(super) errors: Vec<String>,
}

impl OwnStatus {
    /// As the gateway answers `maintenance/status`. What is zero is left out there.
    pub(super) fn read(text: &str) -> Option<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            version: String,
            #[serde(default, deserialize_with = "number")]
            leader: u64,
            #[serde(deserialize_with = "number")]
            db_size: u64,
            #[serde(default, deserialize_with = "number")]
            db_size_in_use: u64,
            #[serde(default)]
            errors: Vec<String>,
        }
        let Answer { version, leader, db_size, db_size_in_use, errors } =
            serde_json::from_str(text).ok()?;
        let (database_bytes, used_bytes) = (db_size, db_size_in_use);
        Some(Self { version, leader, database_bytes, used_bytes, errors })
    }
}

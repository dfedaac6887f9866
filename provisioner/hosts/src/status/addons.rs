//! The addons of a cluster, by the records that it keeps of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddonStatus {
    pub name: String,
    /// The one that is installed; the spec's where none is.
    pub version: String,
    pub state: AddonState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddonState {
    Installed,
    /// The spec enables it.
    Missing,
    /// Not the one that `up` would install.
    OtherVersion,
    /// The spec does not enable it.
    Surplus,
}

impl AddonStatus {
    /// Those that are on record and those that are wanted, each by its version.
    pub(super) fn all(records: &[Record], wanted: &BTreeMap<String, String>) -> Vec<Self> {
        let installed = records.iter().map(|record| {
            let state = match wanted.get(&record.addon) {
                None => AddonState::Surplus,
                Some(version) if *version != record.version => AddonState::OtherVersion,
                Some(_) => AddonState::Installed,
            };
            Self { name: record.addon.clone(), version: record.version.clone(), state }
        });
        let is_missing = |name: &str| records.iter().all(|record| record.addon != name);
        let missing = wanted.iter().filter(|(name, _)| is_missing(name)).map(|(name, version)| {
            Self { name: name.clone(), version: version.clone(), state: AddonState::Missing }
        });
        let mut all: Vec<Self> = installed.chain(missing).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    pub(super) fn problem(&self) -> Option<String> {
        let is_missing = self.state == AddonState::Missing;
        is_missing.then(|| format!("the addon {} is not installed", self.name))
    }

    pub(super) fn warning(&self) -> Option<String> {
        let Self { name, version, .. } = self;
        match self.state {
            AddonState::Installed | AddonState::Missing => None,
            AddonState::OtherVersion => {
                Some(format!("the addon {name} is {version}; `up` installs another version"))
            }
            AddonState::Surplus => Some(format!(
                "the addon {name} is installed, and the spec does not enable it: `provisioner addons down {name}`"
            )),
        }
    }
}

/// What a run over addons has written down of one.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    addon: String,
    version: String,
}

impl Record {
    /// Those of a `ConfigMapList`; nothing where the text is not one.
    pub(super) fn list(text: &str) -> Option<Vec<Self>> {
        let list: List = serde_json::from_str(text).ok()?;
        let read = |item: Item| serde_json::from_str(item.data.get("inventory")?).ok();
        Some(list.items.into_iter().filter_map(read).collect())
    }
}

#[derive(Deserialize)]
struct List {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    data: BTreeMap<String, String>,
}

//! Hosts that were removed while they could not be reached, by the record that the cluster keeps of them.

use provisioner_spec::Cluster;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Removed {
    host: String,
    address: String,
}

impl Removed {
    /// Those of a `ConfigMapList`; nothing where the text is not one.
    pub(super) fn list(text: &str) -> Option<Vec<Self>> {
        let list: List = serde_json::from_str(text).ok()?;
        Some(list.items.into_iter().map(|item| item.data).collect())
    }

    pub(super) fn warning(&self, cluster: &Cluster) -> String {
        let Self { host, address } = self;
        let first = if cluster.host(host).is_some() { "" } else { "with it in the spec again, " };
        format!(
            "{host} ({address}) was removed while it could not be reached, so what was on it is still there: {first}`provisioner scale --remove {host}` cleans it"
        )
    }
}

#[derive(Deserialize)]
struct List {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    data: Removed,
}

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cluster::FIELD_MANAGER;
use super::{Cluster, Reference};
use crate::KubeError;
use crate::addon::Manifest;

/// Where the records of what is installed are kept.
pub(super) const NAMESPACE: &str = "kube-system";
const LABEL: &str = "provisioner.dev/inventory=addon";
const KEY: &str = "inventory";

/// What of an addon is in the cluster: kept there, in a `ConfigMap`, and written before anything is
/// applied, so that a run that was cut off loses nothing from sight.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inventory {
    pub addon: String,
    pub version: String,
    /// In the order in which they were applied; releases of helm's among them.
    pub objects: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    #[serde(flatten)]
    pub object: Reference,
    /// It was there before us, and stays when we go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub found: bool,
    /// A release that stays when another takes its place, until it is pruned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub until_pruned: bool,
}

impl Inventory {
    pub(crate) fn entry(&self, of: &Reference) -> Option<&Entry> {
        self.objects.iter().find(|entry| entry.object.is_same(of))
    }

    /// All inventories of a cluster.
    pub(crate) async fn all(cluster: &Cluster) -> Result<Vec<Self>, KubeError> {
        let found = cluster.list("v1", "ConfigMap", Some(NAMESPACE), LABEL, "").await?;
        Ok(found.iter().filter_map(Self::read).collect())
    }

    pub(crate) async fn of(cluster: &Cluster, addon: &str) -> Result<Option<Self>, KubeError> {
        let found = cluster.get(&inventory_reference(addon)).await?;
        Ok(found.as_ref().and_then(Self::read))
    }

    fn read(object: &Value) -> Option<Self> {
        serde_json::from_str(object["data"][KEY].as_str()?).ok()
    }

    pub(crate) fn manifest(&self) -> Manifest {
        let reference = inventory_reference(&self.addon);
        Manifest(json!({
            "apiVersion": reference.api_version,
            "kind": reference.kind,
            "metadata": {
                "name": reference.name,
                "namespace": reference.namespace,
                "labels": {
                    "provisioner.dev/inventory": "addon",
                    "app.kubernetes.io/managed-by": FIELD_MANAGER,
                },
            },
            "data": {KEY: json!(self).to_string()},
        }))
    }
}

/// The `ConfigMap` of an addon's inventory.
pub(crate) fn inventory_reference(addon: &str) -> Reference {
    Reference::new("v1", "ConfigMap", Some(NAMESPACE), &format!("provisioner-addon-{addon}"))
}

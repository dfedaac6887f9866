use serde::Serialize;

use super::Toolbox;
use crate::KubeError;
use crate::api::Inventory;

/// An addon that is on record in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstalledAddon {
    pub name: String,
    pub version: String,
}

/// The addons that are on record in a cluster, by name.
///
/// # Errors
/// The API server cannot be asked.
pub async fn installed(toolbox: &Toolbox) -> Result<Vec<InstalledAddon>, KubeError> {
    let mut all = Inventory::all(toolbox.cluster().await?).await?;
    all.sort_by(|one, other| one.addon.cmp(&other.addon));
    let line = |one: Inventory| InstalledAddon { name: one.addon, version: one.version };
    Ok(all.into_iter().map(line).collect())
}

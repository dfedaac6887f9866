use std::collections::BTreeMap;
use std::env::consts::{ARCH, OS};

use serde::Deserialize;

use crate::KubeError;

/// Which helm is fetched where there is none.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PinnedHelm {
    /// A folder behind HTTP, laid out as <https://get.helm.sh>.
    pub repository: String,
    pub version: String,
    /// The SHA-256 of each archive, by platform.
    archives: BTreeMap<String, String>,
}

/// The archive for this machine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HelmArchive {
    /// Its name without `.tar.gz`.
    pub name: String,
    pub sha256: String,
    /// Where the program is in it.
    pub member: String,
}

impl PinnedHelm {
    /// # Errors
    /// The text is no `helm.lock.yaml`.
    pub(super) fn read(text: &str) -> Result<Self, KubeError> {
        serde_yaml::from_str(text).map_err(|error| KubeError::Definition {
            path: "helm.lock.yaml".into(),
            reason: error.to_string(),
        })
    }

    /// The one for this machine, if there is one.
    pub(super) fn archive(&self) -> Option<HelmArchive> {
        let platform = platform();
        Some(HelmArchive {
            name: format!("helm-v{}-{platform}", self.version),
            sha256: self.archives.get(&platform)?.clone(),
            member: format!("{platform}/helm"),
        })
    }
}

/// As Go, and so helm, calls the platform of this machine.
pub(crate) fn platform() -> String {
    let architecture = match ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{OS}-{architecture}")
}

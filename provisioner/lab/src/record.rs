use fs_err as fs;
use serde::{Deserialize, Serialize};

use crate::{LabDefinition, LabError, Paths};

/// What is kept about a lab from one command to the next.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) definition: LabDefinition,
    /// The digest of the image that its hosts stand on.
    pub(crate) image: String,
    /// Whether the machine forwarded packets before there was any lab.
    pub(crate) forwarding_before: bool,
    /// The controllers that the machine's root cgroup (v2) handed down before there was any lab.
    #[serde(default)]
    pub(crate) controllers_before: Option<Vec<String>>,
}

impl Record {
    /// The record of a lab; none if there is no such lab.
    pub(crate) fn read(paths: &Paths, lab: &str) -> Result<Option<Self>, LabError> {
        let path = paths.record(lab);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        serde_json::from_str(&text).map(Some).map_err(|source| LabError::Record { path, source })
    }

    /// Replaces the record in one step.
    pub(crate) fn write(&self, paths: &Paths) -> Result<(), LabError> {
        let path = paths.record(&self.definition.name);
        let json = serde_json::to_string_pretty(self)
            .map_err(|source| LabError::Record { path: path.clone(), source })?;
        let next = path.with_extension("json.next");
        fs::write(&next, json)?;
        Ok(fs::rename(next, path)?)
    }

    /// The records of all labs on this machine. An unreadable one counts as none: it is about to be
    /// replaced or removed.
    pub(crate) fn all(paths: &Paths) -> Result<Vec<Self>, LabError> {
        let mut records = Vec::new();
        for entry in fs::read_dir(paths.root())? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            records.extend(Self::read(paths, &name).ok().flatten());
        }
        Ok(records)
    }

    /// The records of all labs except the named one.
    pub(crate) fn others(paths: &Paths, lab: &str) -> Result<Vec<Self>, LabError> {
        let mut records = Self::all(paths)?;
        records.retain(|record| record.definition.name != lab);
        Ok(records)
    }
}

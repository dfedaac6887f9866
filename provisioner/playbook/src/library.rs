use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::{Site, StageDefinition};
use crate::{Assets, Playbook, PlaybookError};

/// All playbooks and the order of the stages.
#[derive(Debug, Clone)]
pub struct Library {
    pub(crate) assets: Assets,
    stages: Vec<StageDefinition>,
    playbooks: BTreeMap<String, Playbook>,
}

impl Library {
    /// Reads every playbook.
    ///
    /// # Errors
    /// A file that is no playbook, with line and column, or a stage that names one that is not there.
    pub fn load(assets: Assets) -> Result<Self, PlaybookError> {
        let site: Site = parse(&assets, Utf8Path::new("site.yaml"))?;
        let playbooks = assets
            .playbook_names()
            .map(|name| Ok((name.to_owned(), parse(&assets, &playbook_path(name))?)))
            .collect::<Result<BTreeMap<String, Playbook>, PlaybookError>>()?;
        for stage in &site.stages {
            if let Some(playbook) =
                stage.playbooks.iter().find(|name| !playbooks.contains_key(*name))
            {
                return Err(PlaybookError::Playbook {
                    path: "site.yaml".into(),
                    stage: stage.name.clone(),
                    playbook: playbook.clone(),
                });
            }
        }
        Ok(Self { assets, stages: site.stages, playbooks })
    }

    /// The stages of `up`, in order.
    pub fn stages(&self) -> &[StageDefinition] {
        &self.stages
    }

    /// The playbooks of a stage, in order; none for a stage that is not there.
    pub fn playbooks_of(&self, stage: &str) -> impl Iterator<Item = &Playbook> {
        let names = self.stages.iter().find(|other| other.name == stage);
        names
            .into_iter()
            .flat_map(|stage| &stage.playbooks)
            .filter_map(|name| self.playbooks.get(name))
    }

    pub(crate) fn template(&self, playbook: &str, src: &str) -> Result<&str, PlaybookError> {
        self.assets.text(&Utf8PathBuf::from("files").join(playbook).join(src))
    }
}

pub(crate) fn playbook_path(name: &str) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{name}.yaml"))
}

fn parse<T: serde::de::DeserializeOwned>(
    assets: &Assets,
    path: &Utf8Path,
) -> Result<T, PlaybookError> {
    serde_yaml::from_str(assets.text(path)?)
        .map_err(|source| PlaybookError::Parse { path: path.to_owned(), source })
}

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use crate::model::{Site, StageDefinition};
use crate::{Assets, Playbook, PlaybookError, condition};

/// All playbooks and the order of the stages.
#[derive(Debug, Clone)]
pub struct Library {
    pub(crate) assets: Assets,
    pub(crate) stages: Vec<StageDefinition>,
    /// The stages of all other runs, by their names.
    runs: BTreeMap<String, Vec<StageDefinition>>,
    pub(crate) playbooks: BTreeMap<String, Playbook>,
}

impl Library {
    /// Reads every playbook.
    ///
    /// # Errors
    /// A file that is no playbook, with line and column, or a stage that names one that is not there.
    pub fn load(assets: Assets) -> Result<Self, PlaybookError> {
        let site: Site = parse(&assets, Utf8Path::new("site.yaml"))?;
        let mut runs = BTreeMap::new();
        for name in assets.run_names() {
            let run: Site = parse(&assets, &run_path(name))?;
            runs.insert(name.to_owned(), run.stages);
        }
        let playbooks = assets
            .playbook_names()
            .map(|name| Ok((name.to_owned(), parse(&assets, &playbook_path(name))?)))
            .collect::<Result<BTreeMap<String, Playbook>, PlaybookError>>()?;
        let of_up = site.stages.iter().map(|stage| ("site.yaml".into(), stage));
        let of_others = runs
            .iter()
            .flat_map(|(name, stages)| stages.iter().map(move |stage| (run_path(name), stage)));
        for (path, stage) in of_up.chain(of_others) {
            if let Some(playbook) =
                stage.playbooks.iter().find(|name| !playbooks.contains_key(*name))
            {
                let (stage, playbook) = (stage.name.clone(), playbook.clone());
                return Err(PlaybookError::Playbook { path, stage, playbook });
            }
        }
        Ok(Self { assets, stages: site.stages, runs, playbooks })
    }

    /// With another file in the place of one, by its path among the playbooks.
    #[must_use]
    pub fn with_file(mut self, path: &Utf8Path, data: &[u8]) -> Self {
        self.assets.insert(path, data);
        self
    }

    /// The stages of `up`, in order.
    pub fn stages(&self) -> &[StageDefinition] {
        &self.stages
    }

    /// The stages of another run, `down` for instance, in order.
    ///
    /// # Errors
    /// There is no such run.
    pub fn stages_of(&self, run: &str) -> Result<&[StageDefinition], PlaybookError> {
        let stages = self.runs.get(run).map(Vec::as_slice);
        stages.ok_or_else(|| PlaybookError::Missing { path: run_path(run) })
    }

    /// The playbooks of a stage of `up`, in order; none for a stage that is not there.
    pub fn playbooks_of(&self, stage: &str) -> impl Iterator<Item = &Playbook> {
        let stage = self.stages.iter().find(|other| other.name == stage);
        stage.into_iter().flat_map(|stage| self.playbooks_in(stage))
    }

    /// The playbooks of a stage, in order.
    pub fn playbooks_in(&self, stage: &StageDefinition) -> impl Iterator<Item = &Playbook> {
        stage.playbooks.iter().filter_map(|name| self.playbooks.get(name))
    }

    /// Whether a stage is for a host with this context, by its `when`.
    ///
    /// # Errors
    /// A path that is not in the context.
    pub fn is_wanted(
        &self,
        stage: &StageDefinition,
        context: &Value,
    ) -> Result<bool, PlaybookError> {
        condition::holds(&stage.when, &BTreeMap::new(), context)
            .map_err(|key| PlaybookError::StageContext { stage: stage.name.clone(), key })
    }

    /// A file of the playbook, or, where it names one with its folder, of another.
    pub(crate) fn template(&self, playbook: &str, src: &str) -> Result<&str, PlaybookError> {
        let files = Utf8PathBuf::from("files");
        let own = files.join(playbook).join(src);
        if src.contains('/') && self.assets.text(&own).is_err() {
            return self.assets.text(&files.join(src));
        }
        self.assets.text(&own)
    }
}

pub(crate) fn playbook_path(name: &str) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{name}.yaml"))
}

fn run_path(name: &str) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("runs/{name}.yaml"))
}

fn parse<T: serde::de::DeserializeOwned>(
    assets: &Assets,
    path: &Utf8Path,
) -> Result<T, PlaybookError> {
    serde_yaml::from_str(assets.text(path)?)
        .map_err(|source| PlaybookError::Parse { path: path.to_owned(), source })
}

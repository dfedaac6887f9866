//! Playbooks from elsewhere, beside the stages of `up`.

use std::collections::BTreeMap;

use camino::Utf8Path;

use crate::model::{Party, StageDefinition};
use crate::{Library, Playbook, PlaybookError};

/// A playbook of somebody else's, with the files that it uses, by the `src` that names them.
#[derive(Debug, Clone)]
pub struct Hook {
    pub place: Place,
    pub playbook: Playbook,
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Beside a stage: before it begins, or when it has ended, on all hosts. Beside a playbook: in its
/// stage, on each host by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Before(String),
    After(String),
}

impl Library {
    /// Beside what a hook may stand: the stages of `up`, then their playbooks.
    pub fn places(&self) -> Vec<String> {
        let names = self.stages.iter().map(|stage| &stage.name);
        let playbooks = self.stages.iter().flat_map(|stage| &stage.playbooks);
        let mut places: Vec<String> = Vec::new();
        for place in names.chain(playbooks) {
            if !places.contains(place) {
                places.push(place.clone());
            }
        }
        places
    }

    /// Whether the name is that of a playbook.
    pub fn has_playbook(&self, name: &str) -> bool {
        self.playbooks.contains_key(name)
    }

    /// With hooks; those at one place run in their order.
    ///
    /// # Errors
    /// Two different playbooks of one name, or a place that is none.
    pub fn with_hooks(mut self, hooks: &[Hook]) -> Result<Self, PlaybookError> {
        let places = self.places();
        for Hook { place: Place::Before(at) | Place::After(at), playbook, files } in hooks {
            let name = &playbook.name;
            if !places.contains(at) {
                let (path, stage) = (name.into(), at.clone());
                return Err(PlaybookError::NoStage { path, stage });
            }
            if self.playbooks.get(name).is_some_and(|known| known != playbook) {
                return Err(PlaybookError::Taken { name: name.clone() });
            }
            self.playbooks.insert(name.clone(), playbook.clone());
            let folder = Utf8Path::new("files").join(name);
            for (src, data) in files {
                self.assets.insert(&folder.join(src), data);
            }
        }
        self.stages = beside(&self.stages, hooks);
        Ok(self)
    }
}

fn beside(stages: &[StageDefinition], hooks: &[Hook]) -> Vec<StageDefinition> {
    let at = |place: Place| -> Vec<String> {
        let here = hooks.iter().filter(|hook| hook.place == place);
        here.map(|hook| hook.playbook.name.clone()).collect()
    };
    let is_stage = |name: &String| stages.iter().any(|stage| stage.name == *name);
    let mut all = Vec::new();
    for stage in stages {
        let around = |name: &String| {
            // What is a stage's name too is meant as that.
            let own = !is_stage(name);
            let before = if own { at(Place::Before(name.clone())) } else { Vec::new() };
            let after = if own { at(Place::After(name.clone())) } else { Vec::new() };
            [before, vec![name.clone()], after].concat()
        };
        let playbooks = stage.playbooks.iter().flat_map(around).collect();
        let name = &stage.name;
        all.extend(own_stage(format!("before-{name}"), at(Place::Before(name.clone()))));
        all.push(StageDefinition { playbooks, ..stage.clone() });
        all.extend(own_stage(format!("after-{name}"), at(Place::After(name.clone()))));
    }
    all
}

fn own_stage(name: String, playbooks: Vec<String>) -> Option<StageDefinition> {
    let stage = StageDefinition {
        name,
        playbooks,
        of: Party::default(),
        when: BTreeMap::new(),
        asks_again: false,
        needs: Vec::new(),
    };
    (!stage.playbooks.is_empty()).then_some(stage)
}

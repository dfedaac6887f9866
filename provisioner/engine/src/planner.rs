//! Where stages come from.

use std::collections::BTreeMap;
use std::fmt;

use crate::Stage;

/// Plans one stage at a time.
pub trait Planner<A>: Send {
    /// All stages of the run, in order.
    fn stage_names(&self) -> Vec<String>;

    /// Whether what fails on one target leaves the others as they are: then they go on with the later
    /// stages, and only the target that failed does not.
    fn targets_are_independent(&self) -> bool {
        false
    }

    /// Plans one stage. Called once for each, when the ones before it have run, with everything that
    /// their steps registered. A stage without tasks is left out of the run.
    ///
    /// # Errors
    /// In check mode the run goes on with the next stage, else it ends.
    fn plan(&mut self, stage: &str, registered: &Registered) -> Result<Stage<A>, PlanError>;
}

/// Why a stage has no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It needs something that an earlier stage would have made. In check mode this is no failure:
    /// the stage is shown as unknown.
    #[error("{what} is not known before an earlier stage has run")]
    NotYetKnown { what: String },
    #[error("{message}")]
    Invalid { message: String, hint: Option<String> },
}

/// What steps of earlier stages have put out, by target and name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Registered(BTreeMap<String, BTreeMap<String, String>>);

impl Registered {
    /// The value that a step of `target` registered as `name`.
    pub fn get(&self, target: &str, name: &str) -> Option<&str> {
        self.0.get(target)?.get(name).map(String::as_str)
    }

    /// All values registered as `name`, with their targets, in the order of the targets' names.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(target, values)| {
            values.get(name).map(|value| (target.as_str(), value.as_str()))
        })
    }

    /// Keeps a value; a later one of the same target and name replaces it.
    pub fn insert(
        &mut self,
        target: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<String>,
    ) {
        self.0.entry(target.into()).or_default().insert(name.into(), value.into());
    }
}

/// Names only: a value may be a secret.
impl fmt::Debug for Registered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(target, values)| (target, values.keys()));
        formatter.debug_map().entries(names).finish()
    }
}

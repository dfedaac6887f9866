//! The last event of a run.

use serde::{Deserialize, Serialize};

use crate::{FailureKind, Mode, State};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Done,
    Failed,
    Interrupted,
    /// Check mode: steps that would change, or of which it cannot be known.
    ChangesPending,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub outcome: Outcome,
    pub mode: Mode,
    /// Steps that changed something; in check mode, that would.
    pub changed: usize,
    /// As many as there are `failures`.
    pub failed: usize,
    /// Steps, and stages that could not be planned yet, of which the effect is not known.
    pub unknown: usize,
    pub seconds: f64,
    /// In the order in which they first had a task.
    pub hosts: Vec<HostSummary>,
    /// In order, without those that had no task.
    pub stages: Vec<StageSummary>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// What to do next, each said once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// How many steps of a host ended how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostSummary {
    pub host: String,
    pub ok: usize,
    pub changed: usize,
    pub failed: usize,
    pub skipped: usize,
    pub unknown: usize,
}

impl HostSummary {
    pub(crate) fn count(&mut self, state: State) {
        match state {
            State::Started => {}
            State::Ok => self.ok += 1,
            State::Changed => self.changed += 1,
            State::Failed => self.failed += 1,
            State::Skipped => self.skipped += 1,
            State::Unknown => self.unknown += 1,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageSummary {
    pub stage: String,
    pub state: State,
    pub seconds: f64,
    /// The host that ended last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited_for: Option<String>,
    /// The step which took that host longest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited_on: Option<String>,
}

impl StageSummary {
    /// A stage that did not run.
    pub(crate) fn unstarted(name: &str, state: State) -> Self {
        Self { stage: name.to_owned(), state, seconds: 0.0, waited_for: None, waited_on: None }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// None: the stage could not be planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    pub stage: String,
    /// The step that failed or was running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    #[serde(flatten)]
    pub kind: FailureKind,
    pub error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

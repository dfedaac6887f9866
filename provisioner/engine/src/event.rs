//! What happens in a run, as one ordered stream. As JSON, one object a line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Mode, RunId, Summary};

/// The version of the format.
pub(crate) const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub v: u32,
    /// Counts from 1 without gaps.
    pub seq: u64,
    /// RFC 3339, UTC.
    pub time: Timestamp,
    #[serde(flatten)]
    pub kind: EventKind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EventKind {
    /// The first event of a run.
    Run(RunInfo),
    Stage(StageEvent),
    Host(HostEvent),
    Step(StepEvent),
    Wait(WaitEvent),
    Note(NoteEvent),
    /// The last event of a run.
    Summary(Summary),
}

/// How a stage, a host's task or a step begins (`started`) or ends (all others).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Started,
    Ok,
    /// In check mode: would change.
    Changed,
    Failed,
    Skipped,
    /// It cannot be known yet, or was cut off.
    Unknown,
}

/// What is known of a run when it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    pub run: RunId,
    /// As in `provisioner up`.
    pub command: String,
    pub cluster: String,
    pub mode: Mode,
    /// Of the program.
    pub version: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageEvent {
    pub stage: String,
    pub state: State,
    /// How many targets it has; when it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosts: Option<usize>,
    /// How many steps all of them have together; when it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Why it is skipped or unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostEvent {
    pub host: String,
    pub stage: String,
    pub state: State,
    /// How many steps its task has; when it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Why it is skipped or unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepEvent {
    pub host: String,
    pub stage: String,
    pub playbook: String,
    pub step: String,
    pub state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What a running step waits for, as it stands now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitEvent {
    pub host: String,
    pub stage: String,
    pub playbook: String,
    pub step: String,
    pub text: String,
    /// Since the step began.
    pub seconds: f64,
}

/// Something worth saying that is no step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteEvent {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    pub text: String,
}

impl StageEvent {
    /// An event with nothing in it but the state.
    pub fn new(name: &str, state: State) -> Self {
        Self {
            stage: name.to_owned(),
            state,
            hosts: None,
            steps: None,
            seconds: None,
            text: None,
            error: None,
            hint: None,
        }
    }
}

impl HostEvent {
    /// An event with nothing in it but the state.
    pub fn new(stage_name: &str, host: &str, state: State) -> Self {
        Self {
            host: host.to_owned(),
            stage: stage_name.to_owned(),
            state,
            steps: None,
            seconds: None,
            text: None,
            error: None,
            hint: None,
        }
    }
}

use provisioner_engine::{Mode, State};
use serde::Serialize;

use super::history::{History, StageHistory, StepHistory, TaskHistory};
use super::words::{took, word};

/// A stage in the table of stages.
#[derive(Debug, Serialize)]
pub(super) struct StageRow {
    name: String,
    state: State,
    word: &'static str,
    took: Option<String>,
    hosts: usize,
    steps: usize,
    /// The host that ended last; where the stage has not ended, those that have not.
    waited_for: Vec<WaitedFor>,
    /// Why it did not run, or failed.
    why: Option<String>,
}

#[derive(Debug, Serialize)]
struct WaitedFor {
    host: String,
    /// The step that took the host longest; where it has not ended, the one that runs.
    step: Option<String>,
    took: Option<String>,
    /// What that waited for at last.
    wait: Option<String>,
}

impl StageRow {
    pub(super) fn of_run(history: &History, mode: Mode) -> Vec<Self> {
        history.stages.iter().map(|stage| Self::new(stage, history.seconds, mode)).collect()
    }

    fn new(stage: &StageHistory, end_of_record: f64, mode: Mode) -> Self {
        let event = &stage.event;
        let waited_for = |task: &&TaskHistory| match event.state {
            State::Started => task.event.state == State::Started,
            _ => stage.last.as_ref() == Some(&task.event.host),
        };
        let waited_for = stage.tasks.iter().filter(waited_for);
        Self {
            name: event.stage.clone(),
            state: event.state,
            word: word(event.state, mode),
            took: took(event.seconds.or(Some(stage.span.seconds(end_of_record)))),
            hosts: stage.tasks.len(),
            steps: stage.tasks.iter().map(|task| task.steps.len()).sum(),
            waited_for: waited_for.map(|task| WaitedFor::new(task, end_of_record)).collect(),
            why: event.error.clone().or(event.text.clone()),
        }
    }
}

impl WaitedFor {
    fn new(task: &TaskHistory, end_of_record: f64) -> Self {
        let runs = |step: &&StepHistory| step.event.state == State::Started;
        let seconds =
            |step: &StepHistory| step.event.seconds.unwrap_or(step.span.seconds(end_of_record));
        let shorter =
            |one: &&StepHistory, other: &&StepHistory| seconds(one).total_cmp(&seconds(other));
        // Of several the first, which is the last one from behind.
        let longest = || task.steps.iter().rev().max_by(shorter);
        let step = task.steps.iter().find(runs).or_else(longest);
        Self {
            host: task.event.host.clone(),
            step: step.map(|step| step.event.step.clone()),
            took: took(step.map(seconds)),
            wait: step.and_then(|step| step.waits.last().cloned()),
        }
    }
}

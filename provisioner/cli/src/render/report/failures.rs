use provisioner_engine::State;
use serde::Serialize;

use super::history::{History, StageHistory, StepHistory, TaskHistory};

/// What failed, where, and what to do about it.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    /// None: the stage could not be planned.
    host: Option<String>,
    stage: String,
    /// None: the host itself could not be reached or used.
    step: Option<String>,
    error: String,
    output: Option<String>,
    hint: Option<String>,
}

impl Failure {
    pub(super) fn of_run(history: &History) -> Vec<Self> {
        history.stages.iter().flat_map(Self::of_stage).collect()
    }

    fn of_stage(stage: &StageHistory) -> Vec<Self> {
        let mut failures: Vec<_> = stage.tasks.iter().flat_map(Self::of_task).collect();
        failures.extend(stage.event.error.clone().map(|error| Self {
            host: None,
            stage: stage.event.stage.clone(),
            step: None,
            error,
            output: None,
            hint: stage.event.hint.clone(),
        }));
        failures
    }

    fn of_task(task: &TaskHistory) -> Vec<Self> {
        let failed = task.steps.iter().filter(|step| step.event.state == State::Failed);
        let mut failures: Vec<_> = failed.map(Self::of_step).collect();
        let Some(error) = &task.event.error else { return failures };
        let hint = task.event.hint.clone();
        // A task that failed with a step has its error from there.
        match failures.last_mut().filter(|step| step.error == *error) {
            Some(step) => step.hint = step.hint.take().or(hint),
            None => failures.push(Self {
                host: Some(task.event.host.clone()),
                stage: task.event.stage.clone(),
                step: cut_off_by(error, task),
                error: error.clone(),
                output: None,
                hint,
            }),
        }
        failures
    }

    fn of_step(step: &StepHistory) -> Self {
        let step = &step.event;
        Self {
            host: Some(step.host.clone()),
            stage: step.stage.clone(),
            step: Some(step.step.clone()),
            error: step.error.clone().unwrap_or_else(|| "the step failed".to_owned()),
            output: step.output.clone(),
            hint: step.hint.clone(),
        }
    }
}

/// The step that was running when the task failed.
fn cut_off_by(error: &str, task: &TaskHistory) -> Option<String> {
    let cut_off = task.steps.iter().find(|step| {
        step.event.state == State::Unknown && step.event.error.as_deref() == Some(error)
    });
    cut_off.map(|step| step.event.step.clone())
}

//! Carries out steps in a cluster.

use std::sync::Arc;

use provisioner_engine::{
    Driver, FailureKind, Mode, State, StepEnd, Task, TaskFailure, TaskReporter,
};

use super::action::Action;
use super::work::Work;
use super::{KubeAction, Toolbox};
use crate::KubeError;
use crate::api::Claim;
use crate::error::with_causes;

/// Carries out what an [`AddonsPlanner`](super::AddonsPlanner) has planned.
#[derive(Debug)]
pub struct KubeDriver {
    toolbox: Arc<Toolbox>,
    /// Who holds the lock, where anything is to be changed.
    claim: Claim,
    /// Take over what other programs have set.
    force_conflicts: bool,
    /// What does not work is said, and nothing fails of it.
    lenient: bool,
}

impl KubeDriver {
    pub fn new(toolbox: Arc<Toolbox>, claim: Claim, force_conflicts: bool) -> Self {
        Self { toolbox, claim, force_conflicts, lenient: false }
    }

    /// For a cluster that goes whether its API answers or not, and whoever else is at work there.
    pub fn lenient(toolbox: Arc<Toolbox>, claim: Claim) -> Self {
        Self { toolbox, claim, force_conflicts: false, lenient: true }
    }
}

#[async_trait::async_trait]
impl Driver<KubeAction> for KubeDriver {
    async fn run(
        &self,
        _stage: &str,
        task: &Task<KubeAction>,
        mode: Mode,
        reporter: &TaskReporter,
    ) -> Result<(), TaskFailure> {
        let mut work = Work::new(&self.toolbox, &self.claim, mode, self.force_conflicts, reporter);
        work.lenient = self.lenient;
        for (index, step) in task.steps.iter().enumerate() {
            if reporter.stop_requested() {
                return Err(TaskFailure::interrupted());
            }
            if let Some(by) = self.toolbox.lock_taken_by() {
                return Err(lock_held(by));
            }
            reporter.step_started(index);
            let ended = tokio::select! {
                ended = work.perform(index, &step.action.0) => ended,
                () = stopped_while_waiting(reporter, &step.action.0) => {
                    return Err(TaskFailure::interrupted());
                }
            };
            match ended {
                Ok(end) => reporter.step_ended(index, end),
                Err(error) if self.lenient => {
                    reporter.step_ended(index, left(&error, reporter));
                    return Ok(());
                }
                Err(KubeError::LockHeld { by }) => {
                    return Err(lock_held(by));
                }
                Err(error @ (KubeError::Entrance(_) | KubeError::Client(_))) => {
                    let failure = TaskFailure::new(FailureKind::Unreachable, with_causes(&error));
                    return Err(TaskFailure { hint: error.hint(), ..failure });
                }
                Err(error) => {
                    reporter.step_ended(index, failed(&error));
                    return Err(TaskFailure::step_failed());
                }
            }
        }
        Ok(())
    }
}

/// Nothing is lost by not waiting any more; everything else is finished.
async fn stopped_while_waiting(reporter: &TaskReporter, action: &Action) {
    match action {
        Action::Ready(_)
        | Action::Look { .. }
        | Action::LookForBalancers
        | Action::Delete(_)
        | Action::Fetch(_) => reporter.stopped().await,
        _ => std::future::pending().await,
    }
}

/// What cannot be done, and nothing depends on it.
fn left(error: &KubeError, reporter: &TaskReporter) -> StepEnd {
    let is_gone = matches!(error, KubeError::Entrance(error) if error.no_cluster);
    if !is_gone {
        reporter.note(format!("left as it is: failed to {}", with_causes(error)));
    }
    StepEnd { output: Some(with_causes(error)), ..StepEnd::new(State::Skipped) }
}

fn lock_held(by: String) -> TaskFailure {
    let error = KubeError::LockHeld { by: by.clone() };
    let failure = TaskFailure::new(FailureKind::LockHeld { by }, error.to_string());
    TaskFailure { hint: error.hint(), ..failure }
}

fn failed(error: &KubeError) -> StepEnd {
    StepEnd { error: Some(with_causes(error)), hint: error.hint(), ..StepEnd::new(State::Failed) }
}

//! Who carries out a task.

use serde::{Deserialize, Serialize};

use crate::{Task, TaskReporter};

/// Whether changes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Every step stops after its check.
    Check,
    Apply,
}

/// Carries out tasks on one kind of target.
#[async_trait::async_trait]
pub trait Driver<A>: Send + Sync {
    /// Carries out the steps of a task in order and tells `reporter` how each began and ended.
    ///
    /// In [`Mode::Check`] a step that would change something ends as `changed`. When
    /// [`TaskReporter::stop_requested`], the running step is finished and no further one begun, and
    /// the failure is [`FailureKind::Interrupted`]. At a second interrupt the future is dropped.
    ///
    /// A step that failed is reported with its error, then returned as
    /// [`TaskFailure::step_failed`]. A step still open when the task ends is closed by the engine.
    async fn run(
        &self,
        stage: &str,
        task: &Task<A>,
        mode: Mode,
        reporter: &TaskReporter,
    ) -> Result<(), TaskFailure>;
}

/// Why a task did not end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TaskFailure {
    pub kind: FailureKind,
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum FailureKind {
    /// A step that was reported as failed.
    StepFailed,
    /// The target cannot be reached, or not any more.
    Unreachable,
    /// The target was reached and must not be touched: a changed host key, a refused login.
    Refused,
    /// Another run works on the target.
    LockHeld { by: String },
    /// Stopped because that was asked for.
    Interrupted,
    /// The stage could not be planned.
    Plan,
    /// A mistake in this program.
    Internal,
}

impl TaskFailure {
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// The failure of a step that was already reported with its error.
    pub fn step_failed() -> Self {
        Self::new(FailureKind::StepFailed, "a step failed")
    }

    /// The answer to a requested stop.
    pub fn interrupted() -> Self {
        Self::new(FailureKind::Interrupted, "interrupted")
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

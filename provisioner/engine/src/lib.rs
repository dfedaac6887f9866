//! Runs a plan and tells what happens.
//!
//! A [`Planner`] gives one [`Stage`] after the other, a [`Driver`] carries out one [`Task`] on one
//! target, [`run`] sends a stage to all its targets at once, and everything that happens becomes one
//! ordered stream of [`Event`]s, which [`Sink`]s read. What a step is and how a target is reached is
//! not known here.

mod chain;
mod dispatcher;
mod driver;
mod event;
mod executor;
mod interrupt;
mod journal;
mod masking;
mod plan;
mod planner;
mod progress;
mod redactor;
mod reporter;
mod run_id;
mod stage_run;
mod summary;
mod tally;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use chain::{Both, Chain, Either, Further};
pub use dispatcher::{Dispatcher, Events, Sink};
pub use driver::{Driver, FailureKind, Mode, TaskFailure};
pub use event::{
    Event, EventKind, HostEvent, NoteEvent, RunInfo, StageEvent, State, StepEvent, WaitEvent,
};
pub use executor::{Options, RunOutcome, run};
pub use interrupt::Interrupt;
pub use journal::{Journal, JournalError, KEPT_RUNS, RecordedRun, RunEntry, RunJournal};
pub use plan::{Stage, Step, Task};
pub use planner::{PlanError, Planner, Registered};
pub use redactor::Redactor;
pub use reporter::{StepEnd, TaskReporter};
pub use run_id::{InvalidRunId, RunId};
pub use summary::{Failure, HostSummary, Outcome, StageSummary, Summary};

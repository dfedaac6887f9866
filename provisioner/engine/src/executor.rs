//! Runs a plan, stage by stage.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::stage_run::StageRun;
use crate::tally::Tally;
use crate::{Driver, EventKind, Events, Interrupt, Planner, Registered, RunInfo, Summary};

/// How to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Becomes the run's first event and says the mode.
    pub info: RunInfo,
    /// How many targets at once.
    pub parallelism: NonZeroUsize,
}

/// What remains of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOutcome {
    /// The same that was sent as the last event, secrets masked.
    pub summary: Summary,
    /// What the steps have put out.
    pub registered: Registered,
}

/// Runs all stages of a plan, each on all its targets at once.
///
/// When a target fails, those that come after it in the stage are skipped, all others finish the
/// stage, and later stages are skipped; of targets that are independent only the one that failed is
/// left out of them. In check mode nothing depends on anything: all stages and
/// targets are checked as far as they can be. A requested stop ends the run after the running steps.
pub async fn run<A: Send + Sync + 'static>(
    planner: &mut dyn Planner<A>,
    driver: Arc<dyn Driver<A>>,
    options: &Options,
    interrupt: &Interrupt,
    events: &Events,
) -> RunOutcome {
    events.send(EventKind::Run(options.info.clone()));
    let mut tally = Tally::new(options.info.mode, planner.targets_are_independent());
    let mut registered = Registered::default();
    for name in planner.stage_names() {
        if let Some(reason) = tally.reason_to_end(interrupt) {
            tally.stage_skipped(&name, reason, events);
            continue;
        }
        let stage = match planner.plan(&name, &registered) {
            Ok(stage) if stage.tasks.is_empty() => continue,
            Ok(stage) => stage,
            Err(error) => {
                tally.stage_not_planned(&name, error, events);
                continue;
            }
        };
        let run = StageRun::new(stage, Arc::clone(&driver), options, interrupt, events);
        run.run(&mut tally, &mut registered).await;
    }
    let mut summary = tally.summary();
    events.send(EventKind::Summary(summary.clone()));
    summary.mask(events.redactor());
    RunOutcome { summary, registered }
}

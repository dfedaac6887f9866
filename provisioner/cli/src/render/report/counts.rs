use provisioner_engine::State;
use serde::Serialize;

use super::history::{History, TaskHistory};

/// How many steps ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub(super) changed: usize,
    pub(super) failed: usize,
    pub(super) unknown: usize,
    pub(super) skipped: usize,
    pub(super) ok: usize,
    /// Those that had not ended when the record did.
    pub(super) started: usize,
}

impl Counts {
    pub(super) fn of_run(history: &History) -> Self {
        Self::of(history.stages.iter().flat_map(|stage| &stage.tasks))
    }

    pub(super) fn of<'a>(tasks: impl Iterator<Item = &'a TaskHistory>) -> Self {
        let mut counts = Self::default();
        for step in tasks.flat_map(|task| &task.steps) {
            *match step.event.state {
                State::Changed => &mut counts.changed,
                State::Failed => &mut counts.failed,
                State::Unknown => &mut counts.unknown,
                State::Skipped => &mut counts.skipped,
                State::Ok => &mut counts.ok,
                State::Started => &mut counts.started,
            } += 1;
        }
        counts
    }

    /// In the order in which they are of interest, without those that no step has.
    pub(super) fn by_state(self) -> impl Iterator<Item = (State, usize)> {
        let counts = [
            (State::Changed, self.changed),
            (State::Failed, self.failed),
            (State::Unknown, self.unknown),
            (State::Started, self.started),
            (State::Skipped, self.skipped),
            (State::Ok, self.ok),
        ];
        counts.into_iter().filter(|(_, number)| *number > 0)
    }
}

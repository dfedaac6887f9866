//! What a driver tells of the task it carries out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::progress::{Progress, TaskEnd};
use crate::{Events, Interrupt, State, Task, TaskFailure};

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepEnd {
    /// Anything but `Started`.
    pub state: State,
    pub diff: Option<String>,
    pub output: Option<String>,
    pub error: Option<String>,
    pub hint: Option<String>,
}

impl StepEnd {
    pub fn new(state: State) -> Self {
        Self { state, diff: None, output: None, error: None, hint: None }
    }
}

/// Tells of one task as it goes; clones tell of the same.
///
/// Each step begins and ends once: what is told a second time, as after a lost connection when the
/// steps are sent again, is left out, and so is what comes after the end of the task.
#[derive(Debug, Clone)]
pub struct TaskReporter {
    events: Events,
    interrupt: Interrupt,
    /// Locked until the event is sent, which keeps the events of a task in order.
    progress: Arc<Mutex<Progress>>,
}

impl TaskReporter {
    /// The step at `index` of the task begins.
    pub fn step_started(&self, index: usize) {
        let mut progress = self.progress();
        if let Some(event) = progress.step_started(index) {
            self.events.send(event);
        }
    }

    /// The step at `index` has ended. One that did not begin, because it was skipped, may end too.
    pub fn step_ended(&self, index: usize, end: StepEnd) {
        let mut progress = self.progress();
        if let Some(event) = progress.step_ended(index, end) {
            self.events.send(event);
        }
    }

    /// What the step at `index` waits for now.
    pub fn waiting(&self, index: usize, text: impl Into<String>) {
        let mut progress = self.progress();
        if let Some(event) = progress.waiting(index, text.into()) {
            self.events.send(event);
        }
    }

    /// Something worth saying about this host.
    pub fn note(&self, text: impl Into<String>) {
        let progress = self.progress();
        if let Some(event) = progress.note(text.into()) {
            self.events.send(event);
        }
    }

    /// Keeps an output for the planning of later stages. It is no event.
    pub fn registered(&self, name: impl Into<String>, value: impl Into<String>) {
        self.progress().registered(name.into(), value.into());
    }

    /// Whether no further step should begin.
    pub fn stop_requested(&self) -> bool {
        self.interrupt.stop_requested()
    }

    /// Returns when no further step should begin.
    pub async fn stopped(&self) {
        self.interrupt.stopped().await;
    }

    pub(crate) fn start<A>(
        stage: &str,
        task: &Task<A>,
        events: &Events,
        interrupt: &Interrupt,
    ) -> Self {
        let progress = Progress::new(stage, task);
        events.send(progress.started());
        Self {
            events: events.clone(),
            interrupt: interrupt.clone(),
            progress: Arc::new(Mutex::new(progress)),
        }
    }

    pub(crate) fn end(&self, result: Result<(), TaskFailure>) -> TaskEnd {
        let mut progress = self.progress();
        let (end, events) = progress.end(result);
        for event in events {
            self.events.send(event);
        }
        end
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

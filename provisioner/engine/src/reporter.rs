//! What a driver tells of the task it carries out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::{
    EventKind, Events, Failure, FailureKind, HostEvent, HostSummary, Interrupt, NoteEvent, State,
    StepEvent, Task, TaskFailure, WaitEvent,
};

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
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    stage: String,
    host: String,
    events: Events,
    interrupt: Interrupt,
    begun: Instant,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    steps: Vec<StepProgress>,
    ended: bool,
    counts: HostSummary,
    failures: Vec<Failure>,
    registered: Vec<(String, String)>,
    /// The step that took longest so far.
    slowest: Option<(f64, String)>,
}

#[derive(Debug)]
struct StepProgress {
    name: String,
    playbook: String,
    begun: Option<Instant>,
    ended: bool,
}

/// What remains of a task.
#[derive(Debug)]
pub(crate) struct TaskEnd {
    pub(crate) host: String,
    pub(crate) state: State,
    pub(crate) interrupted: bool,
    pub(crate) counts: HostSummary,
    pub(crate) failures: Vec<Failure>,
    pub(crate) registered: Vec<(String, String)>,
    pub(crate) slowest: Option<String>,
}

impl TaskReporter {
    /// The step at `index` of the task begins.
    pub fn step_started(&self, index: usize) {
        let mut progress = self.progress();
        let Some(step) = progress.open(index).filter(|step| step.begun.is_none()) else { return };
        step.begun = Some(Instant::now());
        let event = self.step_event(step, StepEnd::new(State::Started), None);
        self.inner.events.send(event);
    }

    /// The step at `index` has ended. One that did not begin, because it was skipped, may end too.
    pub fn step_ended(&self, index: usize, end: StepEnd) {
        self.close_step(&mut self.progress(), index, end);
    }

    /// What the step at `index` waits for now.
    pub fn waiting(&self, index: usize, text: impl Into<String>) {
        let mut progress = self.progress();
        let Some(step) = progress.open(index) else { return };
        self.inner.events.send(EventKind::Wait(WaitEvent {
            host: self.inner.host.clone(),
            stage: self.inner.stage.clone(),
            playbook: step.playbook.clone(),
            step: step.name.clone(),
            text: text.into(),
            seconds: step.begun.map_or(0.0, seconds_since),
        }));
    }

    /// Something worth saying about this host.
    pub fn note(&self, text: impl Into<String>) {
        self.inner.events.send(EventKind::Note(NoteEvent {
            host: Some(self.inner.host.clone()),
            stage: Some(self.inner.stage.clone()),
            text: text.into(),
        }));
    }

    /// Keeps an output for the planning of later stages. It is no event.
    pub fn registered(&self, name: impl Into<String>, value: impl Into<String>) {
        self.progress().registered.push((name.into(), value.into()));
    }

    /// Whether no further step should begin.
    pub fn stop_requested(&self) -> bool {
        self.inner.interrupt.stop_requested()
    }

    /// Returns when no further step should begin.
    pub async fn stopped(&self) {
        self.inner.interrupt.stopped().await;
    }
}

impl TaskReporter {
    pub(crate) fn start<A>(
        stage: &str,
        task: &Task<A>,
        events: &Events,
        interrupt: &Interrupt,
    ) -> Self {
        let steps = task.steps.iter().map(|step| StepProgress {
            name: step.name.clone(),
            playbook: step.playbook.clone(),
            begun: None,
            ended: false,
        });
        let progress = Progress {
            steps: steps.collect(),
            ended: false,
            counts: HostSummary { host: task.target.clone(), ..HostSummary::default() },
            failures: Vec::new(),
            registered: Vec::new(),
            slowest: None,
        };
        let inner = Inner {
            stage: stage.to_owned(),
            host: task.target.clone(),
            events: events.clone(),
            interrupt: interrupt.clone(),
            begun: Instant::now(),
            progress: Mutex::new(progress),
        };
        events.send(EventKind::Host(HostEvent {
            steps: Some(task.steps.len()),
            ..host_event(stage, &task.target, State::Started)
        }));
        Self { inner: Arc::new(inner) }
    }

    /// Ends the task: closes what is open and tells how it went.
    pub(crate) fn end(&self, result: Result<(), TaskFailure>) -> TaskEnd {
        let mut progress = self.progress();
        let failure = result.err();
        let interrupted =
            failure.as_ref().is_some_and(|failure| failure.kind == FailureKind::Interrupted);
        self.close_steps(&mut progress, failure.as_ref().filter(|_| !interrupted));
        progress.ended = true;
        if let Some(failure) = failure.filter(|_| !interrupted) {
            self.keep_failure(&mut progress, failure);
        }
        let end = TaskEnd {
            host: self.inner.host.clone(),
            state: progress.state(interrupted),
            interrupted,
            counts: progress.counts.clone(),
            failures: std::mem::take(&mut progress.failures),
            registered: std::mem::take(&mut progress.registered),
            slowest: progress.slowest.take().map(|(_, step)| step),
        };
        drop(progress);
        self.send_end(&end);
        end
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.inner.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close_step(&self, progress: &mut Progress, index: usize, end: StepEnd) {
        let Some(step) = progress.open(index) else { return };
        step.ended = true;
        let (state, name) = (end.state, step.name.clone());
        let seconds = step.begun.map(seconds_since);
        if state == State::Failed {
            let failure = self.step_failure(&name, &end);
            let event = self.step_event(step, end, seconds);
            self.inner.events.send(event);
            progress.failures.push(failure);
        } else {
            let event = self.step_event(step, end, seconds);
            self.inner.events.send(event);
        }
        progress.count(state);
        if let Some(seconds) = seconds
            && progress.slowest.as_ref().is_none_or(|(most, _)| seconds > *most)
        {
            progress.slowest = Some((seconds, name));
        }
    }

    /// Steps still open were cut off: their effect is not known.
    fn close_steps(&self, progress: &mut Progress, failure: Option<&TaskFailure>) {
        for index in 0..progress.steps.len() {
            if progress.steps[index].begun.is_some() {
                let mut end = StepEnd::new(State::Unknown);
                end.error = failure.map(|failure| failure.message.clone());
                self.close_step(progress, index, end);
            }
        }
    }

    /// A failed step stands for the failure of the task that it caused.
    fn keep_failure(&self, progress: &mut Progress, failure: TaskFailure) {
        let TaskFailure { kind, message, hint } = failure;
        if kind == FailureKind::StepFailed
            && let Some(step) = progress.failures.last_mut()
        {
            step.hint = step.hint.take().or(hint);
            return;
        }
        let cut_off = progress.steps.iter().rev().find(|step| step.begun.is_some());
        progress.failures.push(Failure {
            host: Some(self.inner.host.clone()),
            stage: self.inner.stage.clone(),
            step: cut_off.map(|step| step.name.clone()),
            kind,
            error: message,
            output: None,
            hint,
        });
    }

    fn send_end(&self, end: &TaskEnd) {
        let failure = end.failures.last();
        self.inner.events.send(EventKind::Host(HostEvent {
            seconds: Some(seconds_since(self.inner.begun)),
            text: end.interrupted.then(|| "interrupted".to_owned()),
            error: failure.map(|failure| failure.error.clone()),
            hint: failure.and_then(|failure| failure.hint.clone()),
            ..host_event(&self.inner.stage, &self.inner.host, end.state)
        }));
    }

    fn step_event(&self, step: &StepProgress, end: StepEnd, seconds: Option<f64>) -> EventKind {
        EventKind::Step(StepEvent {
            host: self.inner.host.clone(),
            stage: self.inner.stage.clone(),
            playbook: step.playbook.clone(),
            step: step.name.clone(),
            state: end.state,
            seconds,
            diff: end.diff,
            output: end.output,
            error: end.error,
            hint: end.hint,
        })
    }

    fn step_failure(&self, step: &str, end: &StepEnd) -> Failure {
        Failure {
            host: Some(self.inner.host.clone()),
            stage: self.inner.stage.clone(),
            step: Some(step.to_owned()),
            kind: FailureKind::StepFailed,
            error: end.error.clone().unwrap_or_else(|| "the step failed".to_owned()),
            output: end.output.clone(),
            hint: end.hint.clone(),
        }
    }
}

impl Progress {
    /// The step, unless it or the task has ended.
    fn open(&mut self, index: usize) -> Option<&mut StepProgress> {
        if self.ended {
            return None;
        }
        self.steps.get_mut(index).filter(|step| !step.ended)
    }

    fn count(&mut self, state: State) {
        match state {
            State::Ok => self.counts.ok += 1,
            State::Changed => self.counts.changed += 1,
            State::Failed => self.counts.failed += 1,
            State::Skipped => self.counts.skipped += 1,
            State::Unknown => self.counts.unknown += 1,
            State::Started => {}
        }
    }

    fn state(&self, interrupted: bool) -> State {
        if !self.failures.is_empty() {
            State::Failed
        } else if interrupted && self.steps.iter().all(|step| step.begun.is_none()) {
            State::Skipped
        } else if interrupted || self.counts.unknown > 0 {
            State::Unknown
        } else if self.counts.changed > 0 {
            State::Changed
        } else {
            State::Ok
        }
    }
}

/// A host's event with nothing in it but its state.
pub(crate) fn host_event(stage: &str, host: &str, state: State) -> HostEvent {
    HostEvent {
        host: host.to_owned(),
        stage: stage.to_owned(),
        state,
        steps: None,
        seconds: None,
        text: None,
        error: None,
        hint: None,
    }
}

/// To the millisecond.
pub(crate) fn seconds_since(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

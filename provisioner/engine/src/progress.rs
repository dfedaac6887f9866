//! How far a task has come: what is told of it becomes events, each step's beginning and end once.

use tokio::time::Instant;

use crate::{
    EventKind, Failure, FailureKind, HostEvent, HostSummary, NoteEvent, State, StepEnd, StepEvent,
    Task, TaskFailure, WaitEvent,
};

#[derive(Debug)]
pub(crate) struct Progress {
    stage: String,
    host: String,
    begun: Instant,
    ended: bool,
    steps: Vec<StepProgress>,
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

impl Progress {
    pub(crate) fn new<A>(stage: &str, task: &Task<A>) -> Self {
        let steps = task.steps.iter().map(|step| StepProgress {
            name: step.name.clone(),
            playbook: step.playbook.clone(),
            begun: None,
            ended: false,
        });
        Self {
            stage: stage.to_owned(),
            host: task.target.clone(),
            begun: Instant::now(),
            ended: false,
            steps: steps.collect(),
            counts: HostSummary { host: task.target.clone(), ..HostSummary::default() },
            failures: Vec::new(),
            registered: Vec::new(),
            slowest: None,
        }
    }

    pub(crate) fn started(&self) -> EventKind {
        let event = HostEvent::new(&self.stage, &self.host, State::Started);
        EventKind::Host(HostEvent { steps: Some(self.steps.len()), ..event })
    }

    pub(crate) fn step_started(&mut self, index: usize) -> Option<EventKind> {
        let step = self.open(index).filter(|step| step.begun.is_none())?;
        step.begun = Some(Instant::now());
        Some(self.step_event(index, StepEnd::new(State::Started), None))
    }

    pub(crate) fn step_ended(&mut self, index: usize, end: StepEnd) -> Option<EventKind> {
        let step = self.open(index)?;
        step.ended = true;
        let (seconds, name) = (step.begun.map(seconds_since), step.name.clone());
        if end.state == State::Failed {
            self.failures.push(self.step_failure(name.clone(), &end));
        }
        self.counts.count(end.state);
        if let Some(seconds) = seconds
            && self.slowest.as_ref().is_none_or(|(most, _)| seconds > *most)
        {
            self.slowest = Some((seconds, name));
        }
        Some(self.step_event(index, end, seconds))
    }

    pub(crate) fn waiting(&mut self, index: usize, text: String) -> Option<EventKind> {
        let step = self.open(index)?;
        let (playbook, name) = (step.playbook.clone(), step.name.clone());
        let seconds = step.begun.map_or(0.0, seconds_since);
        let (host, stage) = (self.host.clone(), self.stage.clone());
        Some(EventKind::Wait(WaitEvent { host, stage, playbook, step: name, text, seconds }))
    }

    pub(crate) fn note(&self, text: String) -> Option<EventKind> {
        let (host, stage) = (Some(self.host.clone()), Some(self.stage.clone()));
        (!self.ended).then_some(EventKind::Note(NoteEvent { host, stage, text }))
    }

    pub(crate) fn registered(&mut self, name: String, value: String) {
        self.registered.push((name, value));
    }

    /// Ends the task and the steps that are still open.
    pub(crate) fn end(&mut self, result: Result<(), TaskFailure>) -> (TaskEnd, Vec<EventKind>) {
        let failure = result.err();
        let interrupted =
            failure.as_ref().is_some_and(|failure| failure.kind == FailureKind::Interrupted);
        let failure = failure.filter(|_| !interrupted);
        let cut_off = self.steps.iter().position(StepProgress::is_open);
        let mut events = self.close_steps(failure.as_ref());
        self.ended = true;
        if let Some(failure) = failure {
            self.keep_failure(failure, cut_off);
        }
        let end = TaskEnd {
            host: self.host.clone(),
            state: self.state(interrupted),
            interrupted,
            counts: self.counts.clone(),
            failures: std::mem::take(&mut self.failures),
            registered: std::mem::take(&mut self.registered),
            slowest: self.slowest.take().map(|(_, step)| step),
        };
        events.push(self.ended_event(&end));
        (end, events)
    }

    /// The step, unless it or the task has ended.
    fn open(&mut self, index: usize) -> Option<&mut StepProgress> {
        self.steps.get_mut(index).filter(|step| !self.ended && !step.ended)
    }

    /// Steps that were cut off: their effect is not known.
    fn close_steps(&mut self, failure: Option<&TaskFailure>) -> Vec<EventKind> {
        let state = match failure {
            Some(failure) if failure.kind == FailureKind::StepFailed => State::Failed,
            _ => State::Unknown,
        };
        let error = failure.map(|failure| failure.message.clone());
        let end = StepEnd { error, ..StepEnd::new(state) };
        let open = (0..self.steps.len()).filter(|index| self.steps[*index].is_open());
        let open: Vec<usize> = open.collect();
        open.into_iter().filter_map(|index| self.step_ended(index, end.clone())).collect()
    }

    /// A failed step stands for the failure of the task that it caused.
    fn keep_failure(&mut self, failure: TaskFailure, cut_off: Option<usize>) {
        let TaskFailure { kind, message, hint } = failure;
        if kind == FailureKind::StepFailed
            && let Some(step) = self.failures.last_mut()
        {
            step.hint = step.hint.take().or(hint);
            return;
        }
        self.failures.push(Failure {
            host: Some(self.host.clone()),
            stage: self.stage.clone(),
            step: cut_off.map(|index| self.steps[index].name.clone()),
            kind,
            error: message,
            output: None,
            hint,
        });
    }

    fn state(&self, interrupted: bool) -> State {
        if !self.failures.is_empty() {
            State::Failed
        } else if interrupted && self.steps.iter().all(|step| !step.ended) {
            State::Skipped
        } else if interrupted || self.counts.unknown > 0 {
            State::Unknown
        } else if self.counts.changed > 0 {
            State::Changed
        } else {
            State::Ok
        }
    }

    fn ended_event(&self, end: &TaskEnd) -> EventKind {
        let failure = end.failures.last();
        EventKind::Host(HostEvent {
            seconds: Some(seconds_since(self.begun)),
            text: end.interrupted.then(|| "interrupted".to_owned()),
            error: failure.map(|failure| failure.error.clone()),
            hint: failure.and_then(|failure| failure.hint.clone()),
            ..HostEvent::new(&self.stage, &self.host, end.state)
        })
    }

    fn step_event(&self, index: usize, end: StepEnd, seconds: Option<f64>) -> EventKind {
        let step = &self.steps[index];
        let StepEnd { state, diff, output, error, hint } = end;
        EventKind::Step(StepEvent {
            host: self.host.clone(),
            stage: self.stage.clone(),
            playbook: step.playbook.clone(),
            step: step.name.clone(),
            state,
            seconds,
            diff,
            output,
            error,
            hint,
        })
    }

    fn step_failure(&self, step: String, end: &StepEnd) -> Failure {
        Failure {
            host: Some(self.host.clone()),
            stage: self.stage.clone(),
            step: Some(step),
            kind: FailureKind::StepFailed,
            error: end.error.clone().unwrap_or_else(|| "the step failed".to_owned()),
            output: end.output.clone(),
            hint: end.hint.clone(),
        }
    }
}

impl StepProgress {
    fn is_open(&self) -> bool {
        self.begun.is_some() && !self.ended
    }
}

/// To the millisecond.
pub(crate) fn seconds_since(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

use jiff::Timestamp;
use provisioner_engine::{
    Event, EventKind, HostEvent, NoteEvent, StageEvent, State, StepEvent, Summary, WaitEvent,
};

use super::span::Span;
use crate::render::Targets;

/// What happened in a run, by stages, in them by hosts, and in these by steps.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) began: Option<Timestamp>,
    /// The time of the last event.
    pub(super) ended: Option<Timestamp>,
    /// From the first event to the last.
    pub(super) seconds: f64,
    pub(super) targets: Targets,
    /// In the order in which they are first told of.
    pub(super) hosts: Vec<String>,
    pub(super) stages: Vec<StageHistory>,
    /// With the seconds since the run began.
    pub(super) notes: Vec<(f64, NoteEvent)>,
    /// None: the record has no end.
    pub(super) summary: Option<Summary>,
}

#[derive(Debug)]
pub(super) struct StageHistory {
    /// How it has ended, or that it began.
    pub(super) event: StageEvent,
    pub(super) span: Span,
    pub(super) tasks: Vec<TaskHistory>,
    /// The host that ended last so far.
    pub(super) last: Option<String>,
}

/// What one host did in one stage.
#[derive(Debug)]
pub(super) struct TaskHistory {
    /// How it has ended, or that it began.
    pub(super) event: HostEvent,
    pub(super) span: Span,
    pub(super) steps: Vec<StepHistory>,
}

#[derive(Debug)]
pub(super) struct StepHistory {
    /// How it has ended, or that it began.
    pub(super) event: StepEvent,
    pub(super) span: Span,
    /// What it waited for, one after the other.
    pub(super) waits: Vec<String>,
}

impl History {
    pub(super) fn of(events: &[Event]) -> Self {
        let mut history = Self::default();
        for event in events {
            history.add(event);
        }
        history
    }

    /// All tasks of a host, in the order of stages.
    pub(super) fn tasks_of(&self, host: &str) -> impl Iterator<Item = &TaskHistory> {
        let tasks = self.stages.iter().flat_map(|stage| &stage.tasks);
        tasks.filter(move |task| task.event.host == host)
    }

    fn add(&mut self, event: &Event) {
        let began = *self.began.get_or_insert(event.time);
        self.ended = Some(event.time);
        self.targets.learn(event);
        // Also where the clock was set back meanwhile, nothing ends before it begins.
        let at = event.time.duration_since(began).as_secs_f64().max(self.seconds);
        self.seconds = at;
        match &event.kind {
            EventKind::Run(_) => {}
            EventKind::Stage(event) => self.stage(at, event),
            EventKind::Host(event) => self.task(at, event),
            EventKind::Step(event) => self.step(at, event),
            EventKind::Wait(event) => self.wait(at, event),
            EventKind::Note(event) => self.notes.push((at, event.clone())),
            EventKind::Summary(summary) => self.summary = Some(summary.clone()),
        }
    }

    fn stage(&mut self, at: f64, event: &StageEvent) {
        let open = self.stages.iter_mut().rfind(|stage| stage.event.stage == event.stage);
        match open.filter(|stage| stage.event.state == State::Started) {
            Some(stage) => {
                stage.event = event.clone();
                stage.span.to = Some(at);
            }
            None => self.stages.push(StageHistory::new(at, event)),
        }
    }

    fn task(&mut self, at: f64, event: &HostEvent) {
        self.meet(&event.host);
        let stage = self.stage_of(at, &event.stage);
        match stage.tasks.iter_mut().find(|task| task.event.host == event.host) {
            Some(task) => {
                task.event = event.clone();
                task.span.to = Some(at);
                stage.last = Some(event.host.clone());
            }
            None => stage.tasks.push(TaskHistory::new(at, event)),
        }
    }

    fn step(&mut self, at: f64, event: &StepEvent) {
        let task = self.task_of(at, &event.stage, &event.host);
        match task.open_step(&event.playbook, &event.step) {
            Some(step) => {
                step.event = event.clone();
                step.span.to = Some(at);
            }
            None => task.steps.push(StepHistory::new(at, event)),
        }
    }

    fn wait(&mut self, at: f64, event: &WaitEvent) {
        let task = self.task_of(at, &event.stage, &event.host);
        if let Some(step) = task.open_step(&event.playbook, &event.step)
            && !event.text.is_empty()
            && !step.waits.contains(&event.text)
        {
            step.waits.push(event.text.clone());
        }
    }

    fn meet(&mut self, host: &str) {
        if !self.hosts.iter().any(|met| met == host) {
            self.hosts.push(host.to_owned());
        }
    }

    fn stage_of(&mut self, at: f64, name: &str) -> &mut StageHistory {
        let index = self.stages.iter().rposition(|stage| stage.event.stage == name);
        let index = index.unwrap_or_else(|| {
            let began = StageEvent::new(name, State::Started);
            self.stages.push(StageHistory::new(at, &began));
            self.stages.len() - 1
        });
        &mut self.stages[index]
    }

    fn task_of(&mut self, at: f64, stage: &str, host: &str) -> &mut TaskHistory {
        self.meet(host);
        let tasks = &mut self.stage_of(at, stage).tasks;
        let index = tasks.iter().position(|task| task.event.host == host);
        let index = index.unwrap_or_else(|| {
            tasks.push(TaskHistory::new(at, &HostEvent::new(stage, host, State::Started)));
            tasks.len() - 1
        });
        &mut tasks[index]
    }
}

impl StageHistory {
    fn new(at: f64, event: &StageEvent) -> Self {
        let span = Span::new(at, event.state, event.seconds);
        Self { event: event.clone(), span, tasks: Vec::new(), last: None }
    }
}

impl TaskHistory {
    fn new(at: f64, event: &HostEvent) -> Self {
        let span = Span::new(at, event.state, event.seconds);
        Self { event: event.clone(), span, steps: Vec::new() }
    }

    /// The step of that name that has not ended. Several may have the same name.
    fn open_step(&mut self, playbook: &str, name: &str) -> Option<&mut StepHistory> {
        let is_meant = |step: &&mut StepHistory| {
            step.event.state == State::Started
                && step.event.playbook == playbook
                && step.event.step == name
        };
        self.steps.iter_mut().find(is_meant)
    }
}

impl StepHistory {
    fn new(at: f64, event: &StepEvent) -> Self {
        let span = Span::new(at, event.state, event.seconds);
        Self { event: event.clone(), span, waits: Vec::new() }
    }
}

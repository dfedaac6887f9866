use provisioner_engine::{Mode, State};
use serde::Serialize;

use super::history::{History, StageHistory, StepHistory, TaskHistory};
use super::span::Span;
use super::words::word;
use crate::render::seconds;

/// What is at least as wide, in percent of the run, has room for its name.
const ROOM_FOR_A_NAME: f64 = 4.0;

/// At most so many of the things that a step waited for are told, the last ones.
const MOST_WAITS: usize = 3;

/// At most so many marks on the axis.
const MOST_TICKS: f64 = 8.0;

/// What may lie between two marks of the axis, in seconds.
const TICKS: [f64; 18] = [
    0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0,
    1800.0, 3600.0, 7200.0,
];

/// When each host did what: a row for each, with a bar for each stage and in it one for each step.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    stages: Vec<Bar>,
    rows: Vec<Row>,
    ticks: Vec<Tick>,
}

#[derive(Debug, Serialize)]
struct Row {
    host: String,
    tasks: Vec<Bar>,
    steps: Vec<Bar>,
}

#[derive(Debug, Serialize)]
struct Bar {
    place: Place,
    state: State,
    /// What is shown in it, if there is room.
    name: Option<String>,
    /// What is shown when it is pointed at.
    title: String,
}

/// In percent of the run.
#[derive(Debug, Serialize)]
struct Place {
    left: String,
    width: String,
}

#[derive(Debug, Serialize)]
struct Tick {
    left: String,
    text: String,
}

impl Timeline {
    /// None where nothing was done on any host.
    pub(super) fn of_run(history: &History, mode: Mode) -> Option<Self> {
        let scale = Scale { seconds: history.seconds, mode };
        let ran = |stage: &&StageHistory| !stage.tasks.is_empty();
        let any = history.seconds > 0.0 && history.stages.iter().any(|stage| ran(&stage));
        any.then(|| Self {
            stages: history.stages.iter().filter(ran).map(|stage| scale.stage(stage)).collect(),
            rows: history.hosts.iter().map(|host| scale.row(history, host)).collect(),
            ticks: scale.ticks(),
        })
    }
}

/// From what happened to where it is shown.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// How long the run took.
    seconds: f64,
    mode: Mode,
}

impl Scale {
    fn row(self, history: &History, host: &str) -> Row {
        let began =
            |task: &&TaskHistory| !task.steps.is_empty() || task.span.seconds(self.seconds) > 0.0;
        let steps = history.tasks_of(host).flat_map(|task| &task.steps);
        Row {
            host: host.to_owned(),
            tasks: history.tasks_of(host).filter(began).map(|task| self.task(task)).collect(),
            steps: steps.map(|step| self.step(step)).collect(),
        }
    }

    fn stage(self, stage: &StageHistory) -> Bar {
        let event = &stage.event;
        let title = self.title(&event.stage, event.state, stage.span);
        self.bar(stage.span, event.state, &event.stage, title)
    }

    fn task(self, task: &TaskHistory) -> Bar {
        let event = &task.event;
        let name = format!("{}: {}", event.host, event.stage);
        let title = self.title(&name, event.state, task.span);
        Bar { name: None, ..self.bar(task.span, event.state, &name, title) }
    }

    fn step(self, step: &StepHistory) -> Bar {
        let event = &step.event;
        let mut title = self.title(&event.step, event.state, step.span);
        for wait in step.waits.iter().skip(step.waits.len().saturating_sub(MOST_WAITS)) {
            title += &format!("\nwaiting: {wait}");
        }
        if let Some(error) = &event.error {
            title += &format!("\n{error}");
        }
        title += &format!("\n{}, {}, {}", event.host, event.stage, event.playbook);
        self.bar(step.span, event.state, &event.step, title)
    }

    fn bar(self, span: Span, state: State, name: &str, title: String) -> Bar {
        let width = self.percent(span.seconds(self.seconds));
        let place =
            Place { left: format!("{:.2}", self.percent(span.from)), width: format!("{width:.2}") };
        let name = (width >= ROOM_FOR_A_NAME).then(|| name.to_owned());
        Bar { place, state, name, title }
    }

    fn title(self, name: &str, state: State, span: Span) -> String {
        let took = seconds(span.seconds(self.seconds));
        format!("{name}\n{}, {took}, from {} on", word(state, self.mode), seconds(span.from))
    }

    fn ticks(self) -> Vec<Tick> {
        let fits = |apart: &f64| self.seconds / apart <= MOST_TICKS;
        let apart = TICKS.into_iter().find(fits).unwrap_or(self.seconds / MOST_TICKS);
        let times = (0_u8..).map(|number| f64::from(number) * apart);
        let tick = |at: f64| Tick {
            left: format!("{:.2}", self.percent(at)),
            text: if at > 0.0 { seconds(at) } else { "0".to_owned() },
        };
        times.take_while(|at| *at < self.seconds).map(tick).collect()
    }

    fn percent(self, seconds: f64) -> f64 {
        seconds / self.seconds * 100.0
    }
}

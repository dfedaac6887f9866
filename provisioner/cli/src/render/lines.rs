use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;
use provisioner_engine::{
    Event, EventKind, HostEvent, Mode, RunInfo, Sink, StageEvent, State, StepEvent, WaitEvent,
};

use super::text::{count, printable, seconds, word};
use super::{Palette, Targets, steps};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Stages, and steps that changed something or failed.
    Changes,
    /// Every step.
    EveryStep,
}

/// A line for everything that is worth one, each with the time since the run began: for logs.
#[derive(Debug)]
pub(crate) struct Lines<W> {
    out: W,
    palette: Palette,
    detail: Detail,
    targets: Targets,
    mode: Mode,
    began: Option<Timestamp>,
    /// Hosts whose failure was told with a step of the stage that runs.
    failed: BTreeSet<String>,
    /// What each host was last said to wait for, and when.
    waits: BTreeMap<String, (Timestamp, String)>,
}

/// What a step waits for may change many times a second, as with the output of apt: one line a host
/// in this many seconds is enough.
const BETWEEN_WAITS: f64 = 5.0;

impl<W: Write> Lines<W> {
    pub(crate) fn new(out: W, palette: Palette, detail: Detail) -> Self {
        Self {
            out,
            palette,
            detail,
            targets: Targets::Hosts,
            mode: Mode::Apply,
            began: None,
            failed: BTreeSet::new(),
            waits: BTreeMap::new(),
        }
    }

    /// For a run over these.
    pub(crate) fn over(self, targets: Targets) -> Self {
        Self { targets, ..self }
    }

    fn text(&mut self, Event { time, kind, .. }: &Event) -> Option<String> {
        match kind {
            EventKind::Run(info) => Some(self.run(info)),
            EventKind::Stage(stage) => Some(self.stage(stage)),
            EventKind::Host(host) => self.host(host),
            EventKind::Step(step) => self.step(step),
            EventKind::Wait(wait) => self.wait(wait, time),
            EventKind::Note(note) => Some(match &note.host {
                Some(host) => format!("  {host}: {}\n", printable(&note.text)),
                None => format!("{}\n", printable(&note.text)),
            }),
            EventKind::Summary(_) => None,
        }
    }

    fn run(&mut self, info: &RunInfo) -> String {
        self.mode = info.mode;
        let style = self.palette.heading;
        format!("{style}{} {}{style:#}: run {}\n", info.command, info.cluster, info.run)
    }

    fn stage(&mut self, stage: &StageEvent) -> String {
        let heading = self.palette.heading;
        let name = format!("{heading}{}{heading:#}", stage.stage);
        if stage.state == State::Started {
            self.failed.clear();
            let (hosts, steps) = (stage.hosts.unwrap_or(0), stage.steps.unwrap_or(0));
            let hosts = count(hosts, self.targets.one());
            return format!("{name}: {hosts}, {}\n", count(steps, "step"));
        }
        let style = self.palette.of(stage.state);
        let mut text = format!("{name}: {style}{}{style:#}", word(stage.state, self.mode));
        if let Some(duration) = stage.seconds {
            let _ = write!(text, " in {}", seconds(duration));
        }
        if let Some(why) = stage.error.as_ref().or(stage.text.as_ref()) {
            let _ = write!(text, ": {}", printable(why));
        }
        text.push('\n');
        text + &steps::hint(stage.hint.as_deref(), self.palette)
    }

    fn host(&self, host: &HostEvent) -> Option<String> {
        let told = self.failed.contains(&host.host);
        let telling = matches!(host.state, State::Failed | State::Skipped | State::Unknown);
        match (telling, told) {
            (true, false) => Some(format!("  {}", steps::host(host, self.palette))),
            (true, true) => Some(steps::hint(host.hint.as_deref(), self.palette)),
            (false, _) => None,
        }
    }

    fn step(&mut self, step: &StepEvent) -> Option<String> {
        self.waits.remove(&step.host);
        if step.state == State::Failed {
            self.failed.insert(step.host.clone());
        }
        let telling = match step.state {
            State::Started => false,
            State::Changed | State::Failed => true,
            State::Ok | State::Skipped | State::Unknown => self.detail == Detail::EveryStep,
        };
        telling.then(|| format!("  {}", steps::step(step, self.mode, self.palette)))
    }

    /// The same wait is told once, and another one not at once.
    fn wait(&mut self, wait: &WaitEvent, now: &Timestamp) -> Option<String> {
        if let Some((told, text)) = self.waits.get(&wait.host) {
            let soon = now.duration_since(*told).as_secs_f64() < BETWEEN_WAITS;
            if *text == wait.text || (soon && self.detail == Detail::Changes) {
                return None;
            }
        }
        self.waits.insert(wait.host.clone(), (*now, wait.text.clone()));
        let dim = self.palette.dim;
        let (step, text) = (printable(&wait.step), printable(&wait.text));
        Some(format!("  {}: {dim}{step}: waiting: {text}{dim:#}\n", wait.host))
    }
}

impl<W: Write + Send> Sink for Lines<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let began = *self.began.get_or_insert(event.time);
        let text = self.text(event).unwrap_or_default();
        let dim = self.palette.dim;
        let at = event.time.duration_since(began).as_secs_f64();
        for (index, line) in text.lines().enumerate() {
            match index {
                0 => writeln!(self.out, "{dim}{at:>7.1}s{dim:#} {line}")?,
                _ => writeln!(self.out, "{:9}{line}", "")?,
            }
        }
        self.out.flush()
    }
}

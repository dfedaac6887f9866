use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::Style;
use provisioner_engine::{
    Event, EventKind, HostEvent, Outcome, RunInfo, Sink, StageEvent, State, StepEvent, Summary,
};

use super::text::{count, indented, ordered, printable};
use super::{Palette, Targets, steps};

/// A plan: host by host what would change, with diffs. It is written when the run has ended.
#[derive(Debug)]
pub(crate) struct PlanView<W> {
    out: W,
    palette: Palette,
    /// Hosts in the order in which they are shown.
    order: Vec<String>,
    info: Option<RunInfo>,
    targets: Targets,
    hosts: BTreeMap<String, Vec<Line>>,
    stages: Vec<StageEvent>,
    notes: Vec<String>,
}

/// What is worth saying about a host.
#[derive(Debug)]
enum Line {
    Step(StepEvent),
    Host(HostEvent),
}

impl<W: Write> PlanView<W> {
    pub(crate) fn new(out: W, palette: Palette, order: Vec<String>) -> Self {
        Self {
            out,
            palette,
            order,
            info: None,
            targets: Targets::default(),
            hosts: BTreeMap::new(),
            stages: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn text(&self, summary: &Summary) -> String {
        let heading = self.palette.heading;
        let cluster = self.info.as_ref().map_or("", |info| info.cluster.as_str());
        let mut text = format!("{heading}Plan for cluster {cluster}{heading:#}\n");
        for host in ordered(&summary.hosts, &self.order) {
            if let Some(lines) = self.hosts.get(&host.host) {
                let _ = write!(text, "\n{heading}{}{heading:#}\n", host.host);
                text.extend(lines.iter().map(|line| self.line(line)));
            }
        }
        if !self.stages.is_empty() {
            text.push('\n');
            text.extend(self.stages.iter().map(|stage| self.stage(stage)));
        }
        if !self.notes.is_empty() {
            text.push('\n');
            text += &indented(&self.notes.join("\n"), "");
        }
        text.push('\n');
        text + &self.totals(summary)
    }

    fn line(&self, line: &Line) -> String {
        match line {
            Line::Step(step) => self.step(step),
            Line::Host(host) => {
                let (style, mark) = self.mark(host.state);
                let why = host.error.as_ref().or(host.text.as_ref());
                let why = why.map_or("not checked".to_owned(), |why| printable(why));
                format!("  {style}{mark} {}{style:#}: {why}\n", host.stage)
                    + &steps::hint(host.hint.as_deref(), self.palette)
            }
        }
    }

    fn step(&self, step: &StepEvent) -> String {
        let (style, mark) = self.mark(step.state);
        let mut text =
            format!("  {style}{mark} {}: {}{style:#}", step.stage, printable(&step.step));
        match &step.error {
            Some(error) => {
                let _ = write!(text, ": {}", printable(error));
            }
            None if step.state == State::Unknown => text += ": cannot be known yet",
            None => {}
        }
        text.push('\n');
        text += &self.diff(step.diff.as_deref().unwrap_or_default());
        if step.state == State::Failed {
            text += &steps::output(step.output.as_deref());
        }
        text + &steps::hint(step.hint.as_deref(), self.palette)
    }

    fn diff(&self, diff: &str) -> String {
        let Palette { added, removed, dim, .. } = self.palette;
        let line = |line: &str| {
            let style = match line.as_bytes().first() {
                _ if line.starts_with("+++") || line.starts_with("---") => dim,
                Some(b'+') => added,
                Some(b'-') => removed,
                Some(b'@') => dim,
                _ => Style::new(),
            };
            format!("      {style}{}{style:#}\n", printable(line))
        };
        diff.lines().map(line).collect()
    }

    fn stage(&self, stage: &StageEvent) -> String {
        let (style, mark) = self.mark(stage.state);
        let why = stage.error.as_ref().or(stage.text.as_ref());
        let why = why.map_or("not checked".to_owned(), |why| printable(why));
        format!("{style}{mark} stage {}{style:#}: {why}\n", stage.stage)
            + &indented(&steps::hint(stage.hint.as_deref(), self.palette), "")
    }

    fn mark(&self, state: State) -> (Style, char) {
        let mark = match state {
            State::Changed => '~',
            State::Failed => '!',
            State::Unknown => '?',
            State::Skipped => '-',
            State::Started | State::Ok => ' ',
        };
        (self.palette.of(state), mark)
    }

    fn totals(&self, summary: &Summary) -> String {
        let Palette { good, changed, bad, unknown, .. } = self.palette;
        if summary.outcome == Outcome::Interrupted {
            return format!("{bad}Interrupted{bad:#}: not everything was looked at.\n");
        }
        if summary.changed + summary.unknown + summary.failed == 0 {
            let hosts = count(summary.hosts.len(), self.targets.one());
            return format!("{good}Nothing to change{good:#} on {hosts}.\n");
        }
        let mut parts = Vec::new();
        if summary.changed > 0 {
            let hosts = summary.hosts.iter().filter(|host| host.changed > 0).count();
            let steps = count(summary.changed, "step");
            let all = count(summary.hosts.len(), self.targets.one());
            parts.push(format!("{changed}{steps} to change{changed:#} on {hosts} of {all}"));
        }
        if summary.unknown > 0 {
            parts.push(format!("{unknown}{} unknown{unknown:#}", summary.unknown));
        }
        if summary.failed > 0 {
            parts.push(format!("{bad}{}{bad:#}", count(summary.failed, "failure")));
        }
        parts.join(", ") + ".\n"
    }
}

impl<W: Write + Send> Sink for PlanView<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.targets.learn(event);
        match &event.kind {
            EventKind::Run(info) => self.info = Some(info.clone()),
            EventKind::Step(step)
                if matches!(step.state, State::Changed | State::Failed | State::Unknown) =>
            {
                self.hosts.entry(step.host.clone()).or_default().push(Line::Step(step.clone()));
            }
            EventKind::Host(host) if self.tells_more(host) => {
                self.hosts.entry(host.host.clone()).or_default().push(Line::Host(host.clone()));
            }
            EventKind::Stage(stage) if stage.text.is_some() || stage.error.is_some() => {
                self.stages.push(stage.clone());
            }
            EventKind::Note(note) => self.notes.push(match &note.host {
                Some(host) => format!("{host}: {}", note.text),
                None => note.text.clone(),
            }),
            EventKind::Summary(summary) => {
                let text = self.text(summary);
                self.out.write_all(text.as_bytes())?;
                self.out.flush()?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl<W> PlanView<W> {
    /// Whether the end of a host's task says more than its last step did.
    fn tells_more(&self, host: &HostEvent) -> bool {
        let step_failed = |line: &Line| {
            matches!(line, Line::Step(step)
                if step.stage == host.stage && step.state == State::Failed)
        };
        let told = self.hosts.get(&host.host).is_some_and(|lines| lines.iter().any(step_failed));
        (host.error.is_some() || host.text.is_some()) && !told
    }
}

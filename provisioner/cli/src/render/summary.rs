use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use provisioner_engine::{
    Event, EventKind, Failure, HostSummary, Mode, Outcome, RunInfo, Sink, StageSummary, State,
    Summary,
};

use super::text::{count, indented, ordered, printable, seconds, verdict, word};
use super::{Palette, Targets, steps};

/// Of hosts with more changes only the number is said.
const MOST_NAMES: usize = 6;

/// The end of a run: what changed on each host, where the time went, what failed and why.
#[derive(Debug)]
pub(crate) struct SummaryView<W> {
    out: W,
    palette: Palette,
    /// Hosts in the order in which they are shown.
    order: Vec<String>,
    info: Option<RunInfo>,
    targets: Targets,
    /// The names of the steps that changed something, by host.
    changes: BTreeMap<String, Vec<String>>,
}

impl<W: Write> SummaryView<W> {
    pub(crate) fn new(out: W, palette: Palette, order: Vec<String>) -> Self {
        let targets = Targets::default();
        Self { out, palette, order, info: None, targets, changes: BTreeMap::new() }
    }

    fn text(&self, summary: &Summary) -> String {
        if is_idle(summary) {
            return self.verdict(summary);
        }
        let parts = [
            self.hosts(summary),
            self.stages(summary),
            self.failures(&summary.failures),
            self.verdict(summary),
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn hosts(&self, summary: &Summary) -> String {
        let telling =
            |host: &&HostSummary| host.changed + host.failed + host.skipped + host.unknown > 0;
        let hosts = ordered(&summary.hosts, &self.order);
        let hosts = hosts.into_iter().filter(telling);
        let lines = hosts.map(|host| self.host(host, summary.mode));
        self.section(self.targets.heading(), &lines.collect::<String>())
    }

    fn host(&self, host: &HostSummary, mode: Mode) -> String {
        let names = self.changes.get(&host.host).map_or(&[][..], Vec::as_slice);
        let counts = Self::counts(host);
        if let [(1, state)] = counts[..] {
            let style = self.palette.of(state);
            let mut line = format!("  {}: {style}{}{style:#}", host.host, word(state, mode));
            line.extend(names.iter().map(|name| format!(": {}", printable(name))));
            return line + "\n";
        }
        let counts = counts.into_iter().map(|(number, state)| {
            let style = self.palette.of(state);
            format!("{style}{number} {}{style:#}", word(state, mode))
        });
        let mut text = format!("  {}: {}\n", host.host, counts.collect::<Vec<_>>().join(", "));
        if names.len() <= MOST_NAMES {
            text += &indented(&names.join("\n"), "    ");
        }
        text
    }

    /// How many steps have ended how, without those that none has.
    fn counts(host: &HostSummary) -> Vec<(usize, State)> {
        let mut counts = vec![
            (host.changed, State::Changed),
            (host.failed, State::Failed),
            (host.unknown, State::Unknown),
            (host.skipped, State::Skipped),
            (host.ok, State::Ok),
        ];
        counts.retain(|(number, _)| *number > 0);
        counts
    }

    fn stages(&self, summary: &Summary) -> String {
        let ran = |stage: &&StageSummary| stage.seconds > 0.0 || stage.state != State::Ok;
        let stages: Vec<_> = summary.stages.iter().filter(ran).collect();
        let width = stages.iter().map(|stage| stage.stage.chars().count()).max().unwrap_or(0);
        let line = |stage: &&StageSummary| {
            let style = self.palette.of(stage.state);
            let word = word(stage.state, summary.mode);
            let mut text = format!("  {:<width$}  {style}{word}{style:#}", stage.stage);
            if let Some(host) = &stage.waited_for {
                let _ = write!(text, " in {}, waited for {host}", seconds(stage.seconds));
            }
            if let Some(step) = &stage.waited_on {
                let _ = write!(text, " ({})", printable(step));
            }
            text.push('\n');
            text
        };
        self.section("Stages", &stages.iter().map(line).collect::<String>())
    }

    fn failures(&self, failures: &[Failure]) -> String {
        let lines = failures.iter().map(|failure| {
            let bad = self.palette.bad;
            let place = [failure.host.as_deref(), Some(&failure.stage), failure.step.as_deref()];
            let place: Vec<_> = place.into_iter().flatten().collect();
            let mut text =
                format!("  {bad}{}{bad:#}: {}\n", place.join(" / "), printable(&failure.error));
            text += &steps::output(failure.output.as_deref());
            text + &steps::hint(failure.hint.as_deref(), self.palette)
        });
        self.section("Failures", &lines.collect::<String>())
    }

    fn section(&self, title: &str, lines: &str) -> String {
        let style = self.palette.heading;
        if lines.is_empty() { String::new() } else { format!("{style}{title}{style:#}\n{lines}") }
    }

    fn verdict(&self, summary: &Summary) -> String {
        let Palette { good, changed, bad, .. } = self.palette;
        let style = match summary.outcome {
            Outcome::Failed | Outcome::Interrupted => bad,
            Outcome::ChangesPending => changed,
            Outcome::Done => good,
        };
        let verdict = verdict(summary);
        let cluster = self.info.as_ref().map_or("", |info| info.cluster.as_str());
        let took = seconds(summary.seconds);
        if is_idle(summary) {
            return format!("{style}{verdict}{style:#}: {cluster}, in {took}\n");
        }
        let mut facts = vec![format!("{} {}", summary.changed, word(State::Changed, summary.mode))];
        if summary.unknown > 0 {
            facts.push(format!("{} unknown", summary.unknown));
        }
        if summary.failed > 0 {
            facts.push(count(summary.failed, "failure"));
        }
        format!("{style}{verdict}{style:#}: {cluster}: {} in {took}\n", facts.join(", "))
    }
}

/// Whether everything was as it should be: then there is nothing else to tell.
fn is_idle(summary: &Summary) -> bool {
    summary.outcome == Outcome::Done && summary.changed == 0
}

impl<W: Write + Send> Sink for SummaryView<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.targets.learn(event);
        match &event.kind {
            EventKind::Run(info) => self.info = Some(info.clone()),
            EventKind::Step(step) if step.state == State::Changed => {
                self.changes.entry(step.host.clone()).or_default().push(step.step.clone());
            }
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

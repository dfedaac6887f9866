use jiff::Timestamp;
use provisioner_engine::{Mode, Outcome, RunInfo, State};
use serde::Serialize;

use super::counts::Counts;
use super::history::History;
use super::words::word;
use crate::render::text::{seconds, verdict};

/// What the run was, and how it ended.
#[derive(Debug, Serialize)]
pub(super) struct Head {
    title: String,
    /// Says which color the verdict has.
    state: State,
    verdict: &'static str,
    totals: String,
    facts: Vec<Fact>,
}

#[derive(Debug, Serialize)]
struct Fact {
    name: &'static str,
    value: String,
}

impl Head {
    /// `goes_on` is of interest where the record has no end.
    pub(super) fn new(info: &RunInfo, history: &History, goes_on: bool) -> Self {
        let (state, verdict) = match &history.summary {
            Some(summary) => (color(summary.outcome), verdict(summary)),
            None if goes_on => (State::Started, "Still running"),
            None => (State::Unknown, "Cut off"),
        };
        Self {
            title: format!("{} {}", info.command, info.cluster),
            state,
            verdict,
            totals: totals(info.mode, history),
            facts: facts(info, history),
        }
    }
}

fn color(outcome: Outcome) -> State {
    match outcome {
        Outcome::Done => State::Ok,
        Outcome::ChangesPending => State::Changed,
        Outcome::Failed | Outcome::Interrupted => State::Failed,
    }
}

/// As `12 changed, 3 ok in 81 s`.
fn totals(mode: Mode, history: &History) -> String {
    let counts = Counts::of_run(history).by_state();
    let counts = counts.map(|(state, number)| format!("{number} {}", word(state, mode)));
    let counts = counts.collect::<Vec<_>>().join(", ");
    let took = history.summary.as_ref().map_or(history.seconds, |summary| summary.seconds);
    match counts.as_str() {
        "" => format!("no steps in {}", seconds(took)),
        _ => format!("steps: {counts}; in {}", seconds(took)),
    }
}

fn facts(info: &RunInfo, history: &History) -> Vec<Fact> {
    let fact = |name, value: &str| Fact { name, value: value.to_owned() };
    let mut facts = vec![
        fact("Command", &format!("provisioner {}", info.command)),
        fact("Cluster", &info.cluster),
        fact(history.targets.heading(), &history.hosts.len().to_string()),
    ];
    if info.mode == Mode::Check {
        facts.push(fact("Mode", "it only looked, and changed nothing"));
    }
    if let (Some(began), Some(ended)) = (history.began, history.ended) {
        facts.push(fact("Began", &clock(began)));
        let name = if history.summary.is_some() { "Ended" } else { "Last heard of" };
        facts.push(fact(name, &clock(ended)));
    }
    facts.push(fact("Run", info.run.as_str()));
    facts.push(fact("Version", &format!("provisioner {}", info.version)));
    facts
}

fn clock(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

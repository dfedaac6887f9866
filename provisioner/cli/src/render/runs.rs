use provisioner_engine::{Mode, Outcome, RunEntry, Summary};
use serde::Serialize;

use super::table;
use super::text::seconds;

/// A recorded run as programs read it.
#[derive(Serialize)]
struct JsonRun<'a> {
    run: &'a str,
    command: &'a str,
    cluster: &'a str,
    mode: Mode,
    version: &'a str,
    /// None: the run goes on, or was cut off.
    outcome: Option<Outcome>,
    changed: Option<usize>,
    failed: Option<usize>,
    seconds: Option<f64>,
}

pub(crate) fn run_list(runs: &[RunEntry]) -> String {
    let row = |entry: &RunEntry| {
        let number = |of: fn(&Summary) -> usize| {
            entry.summary.as_ref().map_or("-".to_owned(), |summary| of(summary).to_string())
        };
        vec![
            entry.info.run.to_string(),
            entry.info.command.clone(),
            entry.info.cluster.clone(),
            entry.summary.as_ref().map_or("cut off", |summary| outcome(summary.outcome)).to_owned(),
            number(|summary| summary.changed),
            number(|summary| summary.failed),
            entry.summary.as_ref().map_or("-".to_owned(), |summary| seconds(summary.seconds)),
        ]
    };
    let header = ["RUN", "COMMAND", "CLUSTER", "OUTCOME", "CHANGED", "FAILED", "TOOK"];
    table(&header, runs.iter().map(row))
}

pub(crate) fn runs_as_json(runs: &[RunEntry]) -> impl Serialize {
    runs.iter().map(JsonRun::new).collect::<Vec<_>>()
}

impl<'a> JsonRun<'a> {
    fn new(RunEntry { info, summary }: &'a RunEntry) -> Self {
        let summary = summary.as_ref();
        Self {
            run: info.run.as_str(),
            command: &info.command,
            cluster: &info.cluster,
            mode: info.mode,
            version: &info.version,
            outcome: summary.map(|summary| summary.outcome),
            changed: summary.map(|summary| summary.changed),
            failed: summary.map(|summary| summary.failed),
            seconds: summary.map(|summary| summary.seconds),
        }
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Failed => "failed",
        Outcome::Interrupted => "interrupted",
        Outcome::ChangesPending => "changes pending",
    }
}

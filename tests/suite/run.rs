use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What a command did and said.
#[derive(Debug)]
pub struct Run {
    pub(crate) what: String,
    /// None: a signal ended it.
    pub code: Option<i32>,
    pub seconds: f64,
    /// What it printed as JSON, one object a line.
    pub events: Vec<Value>,
    pub stdout: String,
    pub stderr: String,
}

/// A step of a host that changed something, or would.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    pub host: String,
    pub playbook: String,
    pub step: String,
}

impl Run {
    /// It must have ended with this code.
    #[allow(clippy::return_self_not_must_use)] // it is an assertion
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.account());
        self
    }

    /// The whole of its standard output, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{}", self.account()))
    }

    /// The steps that ended in this state.
    pub fn steps(&self, state: &str) -> BTreeSet<Change> {
        let ended = self.events.iter().filter(|event| event["kind"] == "step");
        ended.filter(|event| event["state"] == state).map(Change::of).collect()
    }

    pub fn changed(&self) -> BTreeSet<Change> {
        self.steps("changed")
    }

    /// How many scripts a host was sent in a stage, at most. The first is the way in.
    pub fn most_tasks_of_a_stage(&self) -> usize {
        let mut tasks: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for event in &self.events {
            if event["kind"] == "host" && event["state"] == "started" {
                let of = (text(event, "host"), text(event, "stage"));
                *tasks.entry(of).or_default() += 1;
            }
        }
        tasks.into_values().max().unwrap_or_default()
    }

    /// Seconds per stage, for people.
    pub fn stages(&self) -> String {
        let summary = self.events.last().map_or(&Value::Null, |event| &event["stages"]);
        let one = |stage: &Value| {
            let seconds = stage["seconds"].as_f64().unwrap_or_default();
            format!("{} {seconds:.1}", text(stage, "stage"))
        };
        let stages = summary.as_array().map(|stages| stages.iter().map(one).collect::<Vec<_>>());
        stages.unwrap_or_default().join(", ")
    }

    /// What one needs to know when it did not go as it should: what failed, and the last words.
    pub fn account(&self) -> String {
        let said = if self.events.is_empty() { self.stdout.as_str() } else { "" };
        format!(
            "`{}` ended with {:?} after {:.1} s\n{}\n{said}\n{}",
            self.what,
            self.code,
            self.seconds,
            failures(&self.events),
            self.stderr
        )
    }
}

impl Change {
    pub fn new(host: &str, playbook: &str, step: &str) -> Self {
        Self { host: host.into(), playbook: playbook.into(), step: step.into() }
    }

    fn of(event: &Value) -> Self {
        Self::new(text(event, "host"), text(event, "playbook"), text(event, "step"))
    }
}

/// What failed, or else was changed or unknown, was noted and came of it, one event a line.
pub(crate) fn failures(events: &[Value]) -> String {
    let has_failed = events.iter().any(|event| event["state"] == "failed");
    let states: &[&str] = if has_failed { &["failed"] } else { &["changed", "unknown"] };
    let telling = |event: &&Value| {
        states.iter().any(|state| event["state"] == *state)
            || event["kind"] == "note"
            || event["kind"] == "summary"
    };
    let lines: Vec<String> = events.iter().filter(telling).map(Value::to_string).collect();
    lines.join("\n")
}

fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap_or_default()
}

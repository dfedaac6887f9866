use provisioner_engine::{Mode, State};
use serde::Serialize;

use super::history::{History, StepHistory, TaskHistory};
use super::words::{took, word};

/// What is worth saying about a host: all that is not as it was, or of which that is not known.
#[derive(Debug, Serialize)]
pub(super) struct HostChanges {
    host: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    stage: String,
    /// None: it is about the whole stage on this host.
    step: Option<String>,
    state: State,
    word: &'static str,
    took: Option<String>,
    why: Option<String>,
    diff: Vec<DiffLine>,
    /// Whether there is more than a line to show.
    more: bool,
    /// Of a step that did not fail; those of the others are told with the failures.
    output: Option<String>,
}

#[derive(Debug, Serialize)]
struct DiffLine {
    /// `added`, `removed`, `place` or `same`.
    kind: &'static str,
    text: String,
}

impl HostChanges {
    /// Hosts on which there is nothing to tell are left out.
    pub(super) fn of_run(history: &History, mode: Mode) -> Vec<Self> {
        let hosts = history.hosts.iter().map(|host| Self {
            host: host.clone(),
            entries: history.tasks_of(host).flat_map(|task| Entry::of_task(task, mode)).collect(),
        });
        hosts.filter(|host| !host.entries.is_empty()).collect()
    }
}

impl Entry {
    fn of_task(task: &TaskHistory, mode: Mode) -> Vec<Self> {
        let worth_telling =
            |step: &&StepHistory| !matches!(step.event.state, State::Ok | State::Skipped);
        let steps = task.steps.iter().filter(worth_telling);
        let mut entries: Vec<_> = steps.map(|step| Self::of_step(step, mode)).collect();
        let why = task.event.error.clone().or(task.event.text.clone());
        let tells_it = |step: &StepHistory| {
            step.event.state == State::Failed || why.is_some() && step.event.error == why
        };
        let told = task.steps.iter().any(tells_it);
        if let (Some(why), false) = (why, told) {
            entries.push(Self {
                stage: task.event.stage.clone(),
                step: None,
                state: task.event.state,
                word: word(task.event.state, mode),
                took: took(task.event.seconds),
                why: Some(why),
                diff: Vec::new(),
                more: false,
                output: None,
            });
        }
        entries
    }

    fn of_step(step: &StepHistory, mode: Mode) -> Self {
        let event = &step.event;
        let diff: Vec<_> =
            event.diff.iter().flat_map(|diff| diff.lines()).map(DiffLine::new).collect();
        let output = event.output.clone().filter(|_| event.state != State::Failed);
        Self {
            stage: event.stage.clone(),
            step: Some(event.step.clone()),
            state: event.state,
            word: word(event.state, mode),
            took: took(event.seconds),
            why: event.error.clone(),
            more: !diff.is_empty() || output.is_some(),
            diff,
            output,
        }
    }
}

impl DiffLine {
    fn new(line: &str) -> Self {
        let kind = match line.as_bytes().first() {
            Some(b'@') => "place",
            _ if line.starts_with("+++") || line.starts_with("---") => "place",
            Some(b'+') => "added",
            Some(b'-') => "removed",
            _ => "same",
        };
        Self { kind, text: line.to_owned() }
    }
}

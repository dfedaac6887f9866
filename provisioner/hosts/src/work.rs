//! One task on one host: its script sent, its frames told to the engine.

use std::time::Duration;

use provisioner_engine::{Mode, State, StepEnd, Task, TaskReporter};
use provisioner_playbook::diff::unified;
use provisioner_playbook::frames::{Frame, StageEnd, StepState};
use provisioner_playbook::script::{ScriptMode, compile};
use provisioner_playbook::shell::QuoteError;
use provisioner_playbook::{Action, Step};

use crate::HostAction;
use crate::action::Question;

/// Beyond its own limit a step has so much time to say something.
const GRACE: Duration = Duration::from_secs(45);

/// The script of a task, and how long it may be silent.
pub(crate) fn script(
    task: &Task<HostAction>,
    mode: Mode,
) -> Result<(String, Duration), QuoteError> {
    let mut steps = Vec::new();
    let mut questions = String::new();
    let mut longest = 0;
    for (index, step) in task.steps.iter().enumerate() {
        match &step.action {
            HostAction::Playbook(step) => {
                longest = longest.max(step.timeout_seconds);
                steps.push(Step::clone(step));
            }
            HostAction::Ask(question) => {
                longest = longest.max(question.timeout_seconds);
                questions.push_str(&ask(index, question));
            }
        }
    }
    let patience = Duration::from_secs(longest.into()) + GRACE;
    if !questions.is_empty() {
        return Ok((format!("{questions}frame ended ok\n"), patience));
    }
    let mode = match mode {
        Mode::Check => ScriptMode::Check,
        Mode::Apply => ScriptMode::Apply,
    };
    Ok((compile(&steps, mode)?, patience))
}

/// What a question leaves running for a while, a listener say, must have neither the channel (3) nor
/// the lock (9): it would outlive a run that was killed, and hold up the next. A subshell, because
/// around a group in braces the shell keeps copies of what it is to close.
fn ask(index: usize, question: &Question) -> String {
    let Question { name, script, .. } = question;
    format!(
        "frame begin {index}\n\
         (\n{script}\n) >\"$p_tmp/document\" 2>\"$p_tmp/complaints\" </dev/null 3>&- 9>&-\n\
         p_bound=4194304\npayload 'register {index} {name}' \"$p_tmp/document\"\np_bound=8192\n\
         rm -f \"$p_tmp/document\"\nframe end {index} ok\n"
    )
}

/// What has come in of the step that runs.
#[derive(Debug, Default)]
struct Findings {
    output: Option<String>,
    error: Option<String>,
    detail: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

/// Turns frames into what the engine is told.
pub(crate) struct Reading<'a> {
    task: &'a Task<HostAction>,
    reporter: &'a TaskReporter,
    findings: Findings,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(task: &'a Task<HostAction>, reporter: &'a TaskReporter) -> Self {
        Self { task, reporter, findings: Findings::default() }
    }

    /// Takes a frame; returns how the task ended, if it did. A wanted file is the caller's matter.
    pub(crate) fn take(&mut self, frame: Frame) -> Option<StageEnd> {
        match frame {
            Frame::Begin { step } => {
                self.findings = Findings::default();
                self.reporter.step_started(step);
            }
            // A long step says nothing at first.
            Frame::Waiting { text, .. } if text.trim().is_empty() => {}
            Frame::Waiting { step, text, .. } => self.reporter.waiting(step, text),
            Frame::Output { text, .. } => self.findings.output = Some(text),
            Frame::Error { text, .. } => self.findings.error = Some(text),
            Frame::Detail { text, .. } => self.findings.detail = Some(text),
            Frame::Before { text, .. } => self.findings.before = Some(text),
            Frame::After { text, .. } => self.findings.after = Some(text),
            Frame::Register { name, text, .. } => self.reporter.registered(name, text),
            Frame::End { step, state } => {
                let end = self.end(step, state);
                self.reporter.step_ended(step, end);
            }
            Frame::Ended(end) => return Some(end),
            Frame::Want { .. }
            | Frame::Alive
            | Frame::Locked
            | Frame::Held { .. }
            | Frame::Document { .. } => {}
        }
        None
    }

    fn end(&mut self, index: usize, state: StepState) -> StepEnd {
        let findings = std::mem::take(&mut self.findings);
        let mut end = StepEnd::new(match state {
            StepState::Ok => State::Ok,
            StepState::Changed => State::Changed,
            StepState::Failed => State::Failed,
            StepState::Skipped => State::Skipped,
            StepState::Unknown => State::Unknown,
        });
        let step = self.task.steps.get(index).map(|step| &step.action);
        if let Some(HostAction::Playbook(step)) = step.filter(|_| end.state != State::Ok) {
            end.diff = diff(step, &findings).filter(|text| !text.is_empty());
        }
        end.output = findings.output.filter(|text| !text.trim().is_empty());
        end.error = findings.error;
        end
    }
}

fn diff(step: &Step, findings: &Findings) -> Option<String> {
    if step.secret {
        return None;
    }
    let detail = findings.detail.as_deref().map(str::trim_end).unwrap_or_default();
    let before = findings.before.as_deref().unwrap_or_default();
    let files = match (&step.action, &findings.after) {
        (Action::Block { path, .. } | Action::Line { path, .. }, Some(after)) => {
            unified(path, before, after)
        }
        (action, _) => action
            .content()
            .map(|(path, content)| unified(path, before, content))
            .unwrap_or_default(),
    };
    // A file that only has another mode differs in nothing else.
    Some(
        [detail, files.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

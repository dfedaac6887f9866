//! What a run adds up to.

use std::collections::BTreeSet;

use tokio::time::Instant;

use crate::progress::{TaskEnd, seconds_since};
use crate::{
    EventKind, Events, Failure, FailureKind, HostSummary, Interrupt, Mode, Outcome, PlanError,
    StageEvent, StageSummary, State, Summary,
};

#[derive(Debug)]
pub(crate) struct Tally {
    begun: Instant,
    mode: Mode,
    /// A target that failed ends the run for itself only.
    independent: bool,
    interrupted: bool,
    /// Stages that cannot be planned yet.
    unknown_stages: usize,
    hosts: Vec<HostSummary>,
    stages: Vec<StageSummary>,
    failures: Vec<Failure>,
}

impl Tally {
    pub(crate) fn new(mode: Mode, independent: bool) -> Self {
        Self {
            begun: Instant::now(),
            mode,
            independent,
            interrupted: false,
            unknown_stages: 0,
            hosts: Vec::new(),
            stages: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// Whether nothing more may begin. To be asked only when there is more to begin: a stop that is
    /// requested after everything is done changes nothing.
    pub(crate) fn interrupted(&mut self, interrupt: &Interrupt) -> bool {
        self.interrupted |= interrupt.stop_requested();
        self.interrupted
    }

    pub(crate) fn task_ended(&mut self, end: &TaskEnd) {
        self.interrupted |= end.interrupted;
        self.failures.extend(end.failures.iter().cloned());
        self.count(&end.counts);
    }

    pub(crate) fn count(&mut self, counts: &HostSummary) {
        match self.hosts.iter_mut().find(|host| host.host == counts.host) {
            None => self.hosts.push(counts.clone()),
            Some(host) => {
                host.ok += counts.ok;
                host.changed += counts.changed;
                host.failed += counts.failed;
                host.skipped += counts.skipped;
                host.unknown += counts.unknown;
            }
        }
    }

    pub(crate) fn stage_ended(&mut self, stage: StageSummary, events: &Events) {
        events.send(EventKind::Stage(StageEvent {
            seconds: Some(stage.seconds),
            ..StageEvent::new(&stage.stage, stage.state)
        }));
        self.stages.push(stage);
    }

    /// Why the next stage must not begin.
    pub(crate) fn reason_to_end(&mut self, interrupt: &Interrupt) -> Option<&'static str> {
        if self.interrupted(interrupt) {
            Some("interrupted")
        } else if self.mode == Mode::Apply && self.failures.iter().any(|one| self.ends_all(one)) {
            Some("an earlier stage failed")
        } else {
            None
        }
    }

    /// Whether nobody may go on after this failure. One without a host is of the plan itself.
    fn ends_all(&self, failure: &Failure) -> bool {
        !self.independent || failure.host.is_none()
    }

    pub(crate) fn stage_skipped(&mut self, name: &str, reason: &str, events: &Events) {
        let text = Some(reason.to_owned());
        events.send(EventKind::Stage(StageEvent { text, ..StageEvent::new(name, State::Skipped) }));
        self.stages.push(StageSummary::unstarted(name, State::Skipped));
    }

    pub(crate) fn stage_not_planned(&mut self, name: &str, error: PlanError, events: &Events) {
        let message = error.to_string();
        let (state, event) = match error {
            PlanError::NotYetKnown { .. } if self.mode == Mode::Check => {
                self.unknown_stages += 1;
                let event = StageEvent::new(name, State::Unknown);
                (State::Unknown, StageEvent { text: Some(message), ..event })
            }
            PlanError::NotYetKnown { .. } => self.plan_failed(name, message, None),
            PlanError::Invalid { hint, .. } => self.plan_failed(name, message, hint),
        };
        events.send(EventKind::Stage(event));
        self.stages.push(StageSummary::unstarted(name, state));
    }

    fn plan_failed(
        &mut self,
        name: &str,
        message: String,
        hint: Option<String>,
    ) -> (State, StageEvent) {
        self.failures.push(Failure {
            host: None,
            stage: name.to_owned(),
            step: None,
            kind: FailureKind::Plan,
            error: message.clone(),
            output: None,
            hint: hint.clone(),
        });
        let event = StageEvent::new(name, State::Failed);
        (State::Failed, StageEvent { error: Some(message), hint, ..event })
    }

    /// Why a target has nothing more to tell: it could not be reached or must not be touched; in a run
    /// that goes on with others, also because something failed on it.
    pub(crate) fn lost_target(&self, target: &str) -> Option<&Failure> {
        let goes_on = self.mode == Mode::Apply && self.independent;
        self.failures.iter().find(|failure| {
            failure.host.as_deref() == Some(target)
                && (goes_on || {
                    matches!(
                        failure.kind,
                        FailureKind::Unreachable
                            | FailureKind::Refused
                            | FailureKind::LockHeld { .. }
                    )
                })
        })
    }

    pub(crate) fn summary(self) -> Summary {
        let changed = self.hosts.iter().map(|host| host.changed).sum();
        let unknown = self.hosts.iter().map(|host| host.unknown).sum::<usize>();
        let unknown = unknown + self.unknown_stages;
        let outcome = if self.interrupted {
            Outcome::Interrupted
        } else if !self.failures.is_empty() {
            Outcome::Failed
        } else if self.mode == Mode::Check && changed + unknown > 0 {
            Outcome::ChangesPending
        } else {
            Outcome::Done
        };
        let mut seen = BTreeSet::new();
        let hints = self.failures.iter().filter_map(|failure| failure.hint.clone());
        Summary {
            outcome,
            mode: self.mode,
            changed,
            failed: self.failures.len(),
            unknown,
            seconds: seconds_since(self.begun),
            hosts: self.hosts,
            stages: self.stages,
            hints: hints.filter(|hint| seen.insert(hint.clone())).collect(),
            failures: self.failures,
        }
    }
}

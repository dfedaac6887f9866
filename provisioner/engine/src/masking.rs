//! Which strings of an event are masked: all of them. Everything is taken apart field by field, so
//! that a new field cannot be forgotten.

use crate::{
    EventKind, Failure, FailureKind, HostEvent, HostSummary, NoteEvent, Redactor, RunInfo,
    StageEvent, StageSummary, StepEvent, Summary, WaitEvent,
};

impl EventKind {
    /// Masks every secret that is known by now.
    pub(crate) fn mask(&mut self, redactor: &Redactor) {
        match self {
            Self::Run(RunInfo { run: _, command, cluster, mode: _, version }) => {
                redactor.mask_all([command, cluster, version]);
            }
            Self::Stage(StageEvent {
                stage,
                state: _,
                hosts: _,
                steps: _,
                seconds: _,
                text,
                error,
                hint,
            }) => {
                redactor.mask_all([text, error, hint].into_iter().flatten().chain([stage]));
            }
            Self::Host(HostEvent {
                host,
                stage,
                state: _,
                steps: _,
                seconds: _,
                text,
                error,
                hint,
            }) => {
                redactor.mask_all([host, stage]);
                redactor.mask_all([text, error, hint].into_iter().flatten());
            }
            Self::Step(event) => event.mask(redactor),
            Self::Wait(WaitEvent { host, stage, playbook, step, text, seconds: _ }) => {
                redactor.mask_all([host, stage, playbook, step, text]);
            }
            Self::Note(NoteEvent { host, stage, text }) => {
                redactor.mask_all([host, stage].into_iter().flatten().chain([text]));
            }
            Self::Summary(summary) => summary.mask(redactor),
        }
    }
}

impl StepEvent {
    fn mask(&mut self, redactor: &Redactor) {
        let Self { host, stage, playbook, step, state: _, seconds: _, diff, output, error, hint } =
            self;
        redactor.mask_all([host, stage, playbook, step]);
        redactor.mask_all([diff, output, error, hint].into_iter().flatten());
    }
}

impl Summary {
    pub(crate) fn mask(&mut self, redactor: &Redactor) {
        let Self {
            outcome: _,
            mode: _,
            changed: _,
            failed: _,
            unknown: _,
            seconds: _,
            hosts,
            stages,
            failures,
            hints,
        } = self;
        for HostSummary { host, ok: _, changed: _, failed: _, skipped: _, unknown: _ } in hosts {
            redactor.mask_all([host]);
        }
        for StageSummary { stage, state: _, seconds: _, waited_for, waited_on } in stages {
            redactor.mask_all([waited_for, waited_on].into_iter().flatten().chain([stage]));
        }
        for Failure { host, stage, step, kind, error, output, hint } in failures {
            redactor.mask_all([host, step, output, hint].into_iter().flatten());
            redactor.mask_all([stage, error]);
            if let FailureKind::LockHeld { by } = kind {
                redactor.mask_all([by]);
            }
        }
        redactor.mask_all(hints);
    }
}

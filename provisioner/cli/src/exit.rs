use std::process::ExitCode;

use provisioner_engine::{FailureKind, Outcome, Summary};
use provisioner_hosts::UpOutcome;

/// With which code the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Failed,
    Usage,
    SpecInvalid,
    PreflightRefused,
    LockHeld,
    ChangesPending,
    Interrupted,
}

impl Exit {
    pub(crate) const ALL: [Self; 8] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::SpecInvalid,
        Self::PreflightRefused,
        Self::LockHeld,
        Self::ChangesPending,
        Self::Interrupted,
    ];

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::SpecInvalid => 3,
            Self::PreflightRefused => 4,
            Self::LockHeld => 5,
            Self::ChangesPending => 6,
            // As shells report a program that SIGINT ended.
            Self::Interrupted => 130,
        }
    }

    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "the run failed",
            Self::Usage => "wrong usage",
            Self::SpecInvalid => "the spec is invalid",
            Self::PreflightRefused => "preflight refused",
            Self::LockHeld => "another run holds the lock",
            Self::ChangesPending => "changes are pending (`plan --detailed-exitcode`)",
            Self::Interrupted => "interrupted",
        }
    }

    /// All codes and what they mean, for the help.
    pub(crate) fn table() -> String {
        let lines = Self::ALL.map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning()));
        format!("Exit codes:\n{}", lines.join("\n"))
    }

    /// What the end of a run over hosts means, which preflight may have kept from beginning.
    pub(crate) fn of_outcome(outcome: &UpOutcome) -> Self {
        if outcome.refused { Self::PreflightRefused } else { Self::of_run(&outcome.summary) }
    }

    /// What a run's end means. Pending changes are a result like any other here.
    pub(crate) fn of_run(summary: &Summary) -> Self {
        let lock_held =
            |kind: &FailureKind| -> bool { matches!(kind, FailureKind::LockHeld { .. }) };
        match summary.outcome {
            Outcome::Done | Outcome::ChangesPending => Self::Done,
            Outcome::Interrupted => Self::Interrupted,
            Outcome::Failed if summary.failures.iter().any(|one| lock_held(&one.kind)) => {
                Self::LockHeld
            }
            Outcome::Failed => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

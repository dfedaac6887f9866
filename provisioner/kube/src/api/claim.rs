use std::time::Duration;

use provisioner_engine::{Journal, RunId};

/// Who takes the lock on the addons of a cluster.
#[derive(Debug, Clone)]
pub struct Claim {
    pub run: RunId,
    /// Who runs this, for whoever finds the lock held: `user@machine`.
    pub holder: String,
    /// The runs of this machine: one that has ended holds nothing any more.
    pub journal: Option<Journal>,
    /// How long the lock stays when it is not renewed any more.
    pub lasts: Duration,
}

impl Claim {
    /// Long enough for an API server that restarts, and not too long for whoever comes after a run
    /// that was cut off.
    pub const LASTS: Duration = Duration::from_secs(20);

    /// As the lock names its holder.
    pub(super) fn identity(&self) -> String {
        format!("{}, run {}", self.holder, self.run)
    }

    /// Whether this machine knows that a run has ended.
    pub(super) fn knows_the_end_of(&self, run: &str) -> bool {
        let ended = |journal: &Journal| run.parse().is_ok_and(|run| journal.has_ended(&run));
        self.journal.as_ref().is_some_and(ended)
    }
}

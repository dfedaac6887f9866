//! What the resources of a run share.

use std::future::Future;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use provisioner_engine::TaskReporter;
use provisioner_spec::EksCluster;
use tokio::time::Instant;

use crate::account::Account;
use crate::names::Names;
use crate::pace::{FREE_WITHIN, Pace, VISIBLE_WITHIN, patiently};
use crate::{AwsError, Clients};

/// One cluster in one account, as a run works on it.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) cluster: EksCluster,
    pub(crate) clients: Clients,
    pub(crate) names: Names,
    pub(crate) pace: Pace,
    /// Whether what has failed is deleted and made anew.
    pub(crate) replace_failed: bool,
    /// Whether nodes are brought to the latest releases of their AMIs.
    pub(crate) latest_releases: bool,
    /// What exists: read once, then kept up to date by whatever changes it.
    account: RwLock<Account>,
}

impl Context {
    pub(crate) fn new(cluster: EksCluster, clients: Clients, pace: Pace) -> Self {
        let names = Names::new(&cluster);
        let (replace_failed, latest_releases) = (false, false);
        let account = RwLock::default();
        Self { cluster, clients, names, pace, replace_failed, latest_releases, account }
    }

    /// To be held over no call.
    pub(crate) fn account(&self) -> RwLockReadGuard<'_, Account> {
        self.account.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Account)) {
        change(&mut self.account.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// One step of a run.
#[derive(Debug)]
pub(crate) struct Work<'a> {
    pub(crate) context: &'a Context,
    pub(crate) reporter: &'a TaskReporter,
    pub(crate) index: usize,
}

/// What a look at something that takes long says.
#[derive(Debug)]
pub(crate) enum Look<T> {
    Done(T),
    /// How it stands.
    NotYet(String),
}

impl Work<'_> {
    pub(crate) fn clients(&self) -> &Clients {
        &self.context.clients
    }

    pub(crate) fn names(&self) -> &Names {
        &self.context.names
    }

    /// Says what this step waits for.
    pub(crate) fn waiting(&self, text: impl Into<String>) {
        self.reporter.waiting(self.index, text);
    }

    /// Calls until what was just made is known everywhere.
    pub(crate) async fn once_visible<T, F: Future<Output = Result<T, AwsError>>>(
        &self,
        call: impl FnMut() -> F,
    ) -> Result<T, AwsError> {
        let passing = |error: &AwsError| {
            let passing = error.is_not_visible_yet();
            if passing {
                self.waiting(format!("not known everywhere yet: {error}"));
            }
            passing && !self.reporter.stop_requested()
        };
        patiently(self.context.pace, VISIBLE_WITHIN, passing, call).await
    }

    /// Calls until what is being deleted no longer holds it.
    pub(crate) async fn once_free<T, F: Future<Output = Result<T, AwsError>>>(
        &self,
        call: impl FnMut() -> F,
    ) -> Result<T, AwsError> {
        let passing = |error: &AwsError| {
            let passing = error.is_in_use();
            if passing {
                self.waiting(format!("still in use: {error}"));
            }
            passing && !self.reporter.stop_requested()
        };
        patiently(self.context.pace, FREE_WITHIN, passing, call).await
    }

    /// Looks until it is done. Ends early when the run is to stop: whatever is waited for goes on, and
    /// the next run waits on.
    pub(crate) async fn until<T, F: Future<Output = Result<Look<T>, AwsError>>>(
        &self,
        what: &str,
        within: Duration,
        mut look: impl FnMut() -> F,
    ) -> Result<T, AwsError> {
        let begun = Instant::now();
        loop {
            let last = match look().await? {
                Look::Done(value) => return Ok(value),
                Look::NotYet(state) => state,
            };
            self.waiting(format!("{what}: {last}"));
            if begun.elapsed() > within {
                let minutes = within.as_secs() / 60;
                return Err(AwsError::TooLong { what: what.to_owned(), minutes, last });
            }
            tokio::select! {
                () = tokio::time::sleep(self.context.pace.pause(begun.elapsed())) => {}
                () = self.reporter.stopped() => return Err(AwsError::Interrupted),
            }
        }
    }
}

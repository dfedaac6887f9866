//! The end of a cluster: `down`.

use std::sync::Arc;

use provisioner_engine::{Events, Interrupt, Options, Summary};

use crate::planner::{HostsPlanner, Purpose};
use crate::up::driver;
use crate::{HostsError, RunOptions, Site};

/// Takes the cluster away and makes every host again what it was, by its ledger; in check mode, tells
/// what that would change. Hosts are independent: one that fails or is gone holds up no other.
///
/// # Errors
/// Something on this machine; what happens on hosts is in the summary.
pub async fn down(
    site: Arc<Site>,
    options: RunOptions,
    interrupt: &Interrupt,
    events: &Events,
) -> Result<Summary, HostsError> {
    let RunOptions { info, parallelism, .. } = &options;
    let run = info.run.to_string();
    let mut planner =
        HostsPlanner::new(Arc::clone(&site), info.mode, Purpose::Down, run, events.clone())?;
    let driver = Arc::new(driver(&site, &options, events)?);
    let engine = Options { info: info.clone(), parallelism: *parallelism };
    let outcome = provisioner_engine::run(&mut planner, driver, &engine, interrupt, events).await;
    Ok(outcome.summary)
}

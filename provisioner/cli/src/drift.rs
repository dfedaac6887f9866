//! Whether a cluster is what its spec says: a plan that is counted and not shown.

use std::sync::Arc;

use provisioner_engine::Summary;
use provisioner_hosts::{Site, UpOutcome};
use serde::Serialize;

use crate::addons::Addons;
use crate::error::Error;
use crate::program::Program;
use crate::run;

/// What `up` would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Drift {
    /// Something would change. None where that cannot be known: a host did not answer, or what
    /// stands cannot be compared with the spec.
    pub(crate) found: Option<bool>,
    /// How many steps would change something.
    pub(crate) changes: usize,
    /// On which hosts and addons.
    pub(crate) on: Vec<String>,
    /// Why not all of it is known.
    pub(crate) unknown: Vec<String>,
}

/// Looks with the eyes of `plan`; nothing is recorded.
pub(crate) fn look(program: &Program, site: &Arc<Site>, addons: &Addons) -> Result<Drift, Error> {
    let UpOutcome { summary, .. } = run::unseen(program, site, addons)?;
    Ok(Drift::of(&summary))
}

impl Drift {
    fn of(summary: &Summary) -> Self {
        let changed = summary.hosts.iter().filter(|host| host.changed > 0);
        let failures = summary.failures.iter().map(|failure| match &failure.host {
            Some(host) => format!("{host}: {}", failure.error),
            None => failure.error.clone(),
        });
        let unknown: Vec<String> = failures.collect();
        let is_known = unknown.is_empty() && summary.unknown == 0;
        Self {
            found: if summary.changed > 0 { Some(true) } else { is_known.then_some(false) },
            changes: summary.changed,
            on: changed.map(|host| host.host.clone()).collect(),
            unknown,
        }
    }
}

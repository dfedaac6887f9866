use serde::Serialize;

use super::counts::Counts;
use super::history::History;

/// A host in the table of hosts.
#[derive(Debug, Serialize)]
pub(super) struct HostRow {
    host: String,
    counts: Counts,
}

impl HostRow {
    pub(super) fn of_run(history: &History) -> Vec<Self> {
        let row =
            |host: &String| Self { host: host.clone(), counts: Counts::of(history.tasks_of(host)) };
        history.hosts.iter().map(row).collect()
    }
}

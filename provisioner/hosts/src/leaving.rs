use std::sync::Arc;
use std::time::Duration;

use provisioner_spec::Host;

use crate::Site;

/// The host that is removed from a cluster that goes on.
#[derive(Debug, Clone)]
pub(crate) struct Leaving {
    /// The cluster with it.
    pub site: Arc<Site>,
    pub host: Host,
    /// It is there, to be made what it was.
    pub reachable: bool,
    pub drain: Drain,
}

/// How pods are moved away from a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drain {
    /// How long they have.
    pub timeout: Duration,
    /// Those that are still there then are deleted, whatever protects them.
    pub force: bool,
}

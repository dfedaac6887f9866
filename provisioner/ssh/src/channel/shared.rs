//! What all parts of a channel know of its end.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::{CancellationToken, DropGuard};

/// What the pump and the ends of a channel share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Cancelled when the host has closed the channel or the connection is gone.
    pub(super) ended: CancellationToken,
    /// Cancelled when all ends on this side are dropped.
    pub(super) abandoned: CancellationToken,
    /// Cancelled when nobody is left to write.
    pub(super) input_dropped: CancellationToken,
    /// Set before the readers come to their end, if that end is not an orderly one.
    pub(super) broken: OnceLock<String>,
}

/// Keeps a channel open as long as one of its ends is there.
#[derive(Debug, Clone)]
pub(crate) struct Keep {
    pub(super) shared: Arc<Shared>,
    _abandons: Arc<DropGuard>,
}

impl Keep {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        let guard = shared.abandoned.clone().drop_guard();
        Self { shared: Arc::clone(shared), _abandons: Arc::new(guard) }
    }
}

//! Stopping a run early.

use tokio_util::sync::CancellationToken;

/// A handle that asks a run to stop; clones are the same handle. Whoever catches signals calls
/// [`Interrupt::request`].
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    stop: CancellationToken,
    abort: CancellationToken,
}

impl Interrupt {
    /// The first time: running steps are finished, nothing new begins. The second time: everything
    /// is dropped at once.
    pub fn request(&self) {
        if self.stop.is_cancelled() {
            self.abort.cancel();
        } else {
            self.stop.cancel();
        }
    }

    pub fn stop_requested(&self) -> bool {
        self.stop.is_cancelled()
    }

    pub fn abort_requested(&self) -> bool {
        self.abort.is_cancelled()
    }

    /// Returns when a stop is requested.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Returns when a stop was requested twice.
    pub async fn aborted(&self) {
        self.abort.cancelled().await;
    }
}

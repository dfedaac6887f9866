//! Taking a channel apart into its ends and its pump.

use std::sync::{Arc, OnceLock};

use russh::client::Msg;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::input::Input;
use super::output::Output;
use super::pump::{BUFFER, Pump};
use crate::client::Link;

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

/// The ends of a channel on this side.
#[derive(Debug)]
pub(crate) struct Ends {
    pub(crate) input: Input,
    pub(crate) output: Output,
    pub(crate) error_output: Output,
    pub(crate) keep: Keep,
    pub(crate) pump: Pump,
}

/// Takes a channel apart.
pub(crate) fn open(channel: russh::Channel<Msg>, link: Arc<Link>) -> Ends {
    let (receiver, closer) = channel.split();
    let shared = Arc::new(Shared::default());
    let guard = Arc::new(shared.abandoned.clone().drop_guard());
    let keep = Keep { shared: Arc::clone(&shared), _abandons: guard };
    let (output_sink, output) = tokio::io::duplex(BUFFER);
    let (error_sink, error_output) = tokio::io::duplex(BUFFER);
    Ends {
        input: Input::new(&closer, keep.clone()),
        output: Output::new(output, keep.clone()),
        error_output: Output::new(error_output, keep.clone()),
        keep,
        pump: Pump {
            receiver,
            closer,
            output: Some(output_sink),
            error_output: Some(error_sink),
            shared,
            link,
        },
    }
}

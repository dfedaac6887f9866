//! Taking a channel apart into its ends and its pump.

use std::sync::Arc;

use super::input::Input;
use super::output::Output;
use super::pump::{BUFFER, Pump};
use super::shared::{Keep, Shared};
use crate::client::Link;
use russh::client::Msg;

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
    let keep = Keep::new(&shared);
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

//! The pump of a channel.

use std::sync::Arc;
use std::time::Duration;

use russh::client::Msg;
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Sig};
use tokio::io::{AsyncWriteExt as _, DuplexStream};
use tokio::time::timeout;

use super::shared::Shared;
use crate::client::Link;

/// What a channel holds for a reader who is slower than the network.
pub(super) const BUFFER: usize = 64 << 20;
/// How long a full buffer may hold the connection up.
const STALL: Duration = Duration::from_secs(10);
/// Standard error is extended data of this type (RFC 4254, section 5.2).
const STANDARD_ERROR: u32 = 1;

/// What a host says about the end of a command.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    pub(crate) status: Option<u32>,
    pub(crate) signal: Option<String>,
    /// Why the channel came to no orderly end.
    pub(crate) broken: Option<String>,
}

/// Moves a channel's messages; to be run in a task of its own.
#[derive(Debug)]
pub(crate) struct Pump {
    pub(super) receiver: ChannelReadHalf,
    pub(super) closer: ChannelWriteHalf<Msg>,
    pub(super) output: Sink,
    pub(super) error_output: Sink,
    pub(super) shared: Arc<Shared>,
    pub(super) link: Arc<Link>,
}

/// Where a pump puts data; gone once the reader is.
pub(super) type Sink = Option<DuplexStream>;

impl Pump {
    /// Runs until the host closes the channel, the connection ends or every end is dropped.
    pub(crate) async fn run(mut self) -> Ending {
        let mut ending = Ending::default();
        ending.broken = self.transfer(&mut ending).await.err();
        if let Some(reason) = &ending.broken {
            let _ = self.shared.broken.set(reason.clone());
        }
        self.shared.ended.cancel();
        ending
    }

    async fn transfer(&mut self, ending: &mut Ending) -> Result<(), String> {
        let (abandoned, input_dropped) =
            (self.shared.abandoned.clone(), self.shared.input_dropped.clone());
        let mut input_open = true;
        loop {
            let message = tokio::select! {
                message = self.receiver.wait() => message,
                () = abandoned.cancelled() => {
                    self.or_closed(self.closer.close()).await;
                    return Err("it was given up".to_owned());
                }
                () = input_dropped.cancelled(), if input_open => {
                    input_open = false;
                    self.or_closed(self.closer.eof()).await;
                    continue;
                }
            };
            let delivered = match message {
                Some(ChannelMsg::Data { data }) => deliver(&mut self.output, &data, STALL).await,
                Some(ChannelMsg::ExtendedData { data, ext: STANDARD_ERROR }) => {
                    deliver(&mut self.error_output, &data, STALL).await
                }
                Some(ChannelMsg::Eof) => {
                    (self.output, self.error_output) = (None, None);
                    Ok(())
                }
                Some(ChannelMsg::ExitStatus { exit_status }) => {
                    ending.status = Some(exit_status);
                    Ok(())
                }
                Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                    ending.signal = Some(signal(signal_name));
                    Ok(())
                }
                Some(ChannelMsg::Close) => return Ok(()),
                Some(_) => Ok(()),
                None => {
                    self.link.closed.cancelled().await;
                    return Err(self.link.reason());
                }
            };
            if let Err(reason) = delivered {
                self.or_closed(self.closer.close()).await;
                return Err(reason);
            }
        }
    }

    /// Sends a message, unless the connection is dead and nobody would take it.
    async fn or_closed(&self, message: impl Future<Output = Result<(), russh::Error>>) {
        tokio::select! {
            _ = message => {}
            () = self.link.closed.cancelled() => {}
        }
    }
}

/// A signal's name without `SIG` (RFC 4254, section 6.10).
fn signal(signal: Sig) -> String {
    match signal {
        Sig::Custom(name) => name,
        known => format!("{known:?}"),
    }
}

/// Hands data to the reader. Nobody reading is fine; reading nothing for long is not.
async fn deliver(sink: &mut Sink, data: &[u8], stall: Duration) -> Result<(), String> {
    let mut rest = data;
    while let (Some(stream), false) = (sink.as_mut(), rest.is_empty()) {
        match timeout(stall, stream.write(rest)).await {
            Ok(Ok(written)) => rest = &rest[written..],
            Ok(Err(_)) => *sink = None,
            Err(_) => {
                return Err(format!(
                    "nobody read {} MiB of its output for {} s",
                    BUFFER >> 20,
                    stall.as_secs_f32()
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn a_reader_may_be_slow_but_not_asleep() {
        let stall = Duration::from_millis(500);
        let (ours, mut theirs) = tokio::io::duplex(4);
        let mut sink = Some(ours);
        // In all, the reader takes longer than the stall allows at a time.
        let slow = tokio::spawn(async move {
            let mut received = Vec::new();
            while received.len() < 24 {
                tokio::time::sleep(stall / 5).await;
                theirs.read_buf(&mut received).await.unwrap();
            }
            (received, theirs)
        });
        deliver(&mut sink, b"four and twenty letters.", stall).await.unwrap();
        let (received, _theirs) = slow.await.unwrap();
        assert_eq!(received, b"four and twenty letters.");

        let error = deliver(&mut sink, b"more than four", stall).await.unwrap_err();
        assert_eq!(error, "nobody read 64 MiB of its output for 0.5 s");
    }

    #[tokio::test]
    async fn data_for_a_reader_who_left_is_dropped() {
        let (ours, theirs) = tokio::io::duplex(4);
        let mut sink = Some(ours);
        drop(theirs);
        deliver(&mut sink, b"more than four", STALL).await.unwrap();
        assert!(sink.is_none());
    }
}

//! One channel: its bytes in both directions, each direction with a buffer of its own.
//!
//! russh hands the data of all channels of a connection out one after another and waits for each
//! to be taken, and it grants the host new window as soon as data arrives. So a pump per channel
//! takes everything at once into a buffer; only when that is full does a slow reader hold the
//! connection up, and one that takes nothing at all for a while loses its channel.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use russh::client::Msg;
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};

use crate::client::Link;

/// What a channel holds for a reader who is slower than the network.
const BUFFER: usize = 64 << 20;
/// How long a full buffer may hold the connection up.
const STALL: Duration = Duration::from_secs(10);
/// Standard error is extended data of this type (RFC 4254, section 5.2).
const STANDARD_ERROR: u32 = 1;

/// What the pump and the ends of a channel share.
#[derive(Debug, Default)]
struct Shared {
    /// Cancelled when the host has closed the channel or the connection is gone.
    ended: CancellationToken,
    /// Cancelled when all ends on this side are dropped.
    abandoned: CancellationToken,
    /// Cancelled when nobody is left to write.
    input_dropped: CancellationToken,
    /// Set before the readers come to their end, if that end is not an orderly one.
    broken: OnceLock<String>,
}

/// Keeps a channel open as long as one of its ends is there.
#[derive(Debug, Clone)]
pub(crate) struct Keep {
    shared: Arc<Shared>,
    _abandons: Arc<DropGuard>,
}

/// What a host says about the end of a command.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    pub(crate) status: Option<u32>,
    pub(crate) signal: Option<String>,
    /// Why the channel came to no orderly end.
    pub(crate) broken: Option<String>,
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

/// Moves a channel's messages; to be run in a task of its own.
#[derive(Debug)]
pub(crate) struct Pump {
    receiver: ChannelReadHalf,
    closer: ChannelWriteHalf<Msg>,
    output: Sink,
    error_output: Sink,
    shared: Arc<Shared>,
    link: Arc<Link>,
}

/// Where a pump puts data; gone once the reader is.
type Sink = Option<DuplexStream>;

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
        output: Output { source: output, keep: keep.clone() },
        error_output: Output { source: error_output, keep: keep.clone() },
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
                    ending.signal = Some(format!("{signal_name:?}"));
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

/// Bytes that come from the host. An end of file means that the host said so; a connection that
/// breaks is an error.
#[derive(Debug)]
pub struct Output {
    source: DuplexStream,
    keep: Keep,
}

impl AsyncRead for Output {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.source).poll_read(context, buffer))?;
        if buffer.filled().len() > before || buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        Poll::Ready(match self.keep.shared.broken.get() {
            Some(reason) => Err(io::Error::new(io::ErrorKind::ConnectionAborted, reason.clone())),
            None => Ok(()),
        })
    }
}

/// Bytes that go to the host. Writing waits until the host can take more; shutting down sends the
/// end of file, and so does dropping.
pub struct Input {
    sink: Pin<Box<dyn AsyncWrite + Send + Sync>>,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    keep: Keep,
    _closes: DropGuard,
}

impl Input {
    fn new(channel: &ChannelWriteHalf<Msg>, keep: Keep) -> Self {
        Self {
            sink: Box::pin(channel.make_writer()),
            ended: Box::pin(keep.shared.ended.clone().cancelled_owned()),
            _closes: keep.shared.input_dropped.clone().drop_guard(),
            keep,
        }
    }

    /// The error to report once the channel has ended. Writers wait for window that an ended
    /// channel never grants, so this has to be looked at first.
    fn poll_ended(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        ready!(self.ended.as_mut().poll(context));
        let reason = match self.keep.shared.broken.get() {
            Some(reason) => reason.clone(),
            None => "the command takes no more input".to_owned(),
        };
        Poll::Ready(io::Error::new(io::ErrorKind::BrokenPipe, reason))
    }
}

impl AsyncWrite for Input {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        if data.is_empty() {
            return Poll::Ready(Ok(0));
        }
        if let Poll::Ready(error) = self.poll_ended(context) {
            return Poll::Ready(Err(error));
        }
        self.sink.as_mut().poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.sink.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.poll_ended(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        self.sink.as_mut().poll_shutdown(context)
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Input").finish_non_exhaustive()
    }
}

/// A stream through a host to an address behind it.
#[derive(Debug)]
pub struct Tunnel {
    input: Input,
    output: Output,
}

impl Tunnel {
    pub(crate) fn new(ends: Ends) -> Self {
        tokio::spawn(ends.pump.run());
        Self { input: ends.input, output: ends.output }
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.output).poll_read(context, buffer)
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.input).poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.input).poll_shutdown(context)
    }
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

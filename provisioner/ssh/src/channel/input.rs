//! The end of a channel to write to.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use russh::ChannelWriteHalf;
use russh::client::Msg;
use tokio::io::AsyncWrite;
use tokio_util::sync::{DropGuard, WaitForCancellationFutureOwned};

use super::shared::Keep;

/// Bytes that go to the host. Writing waits until the host can take more; shutting down sends the
/// end of file, and so does dropping.
pub struct Input {
    sink: Pin<Box<dyn AsyncWrite + Send + Sync>>,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    keep: Keep,
    _closes: DropGuard,
}

impl Input {
    pub(super) fn new(channel: &ChannelWriteHalf<Msg>, keep: Keep) -> Self {
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

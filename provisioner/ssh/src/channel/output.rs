//! The end of a channel to read from.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, DuplexStream, ReadBuf};

use super::shared::Keep;

/// Bytes that come from the host. An end of file means that the host said so; a connection that
/// breaks is an error.
#[derive(Debug)]
pub struct Output {
    source: DuplexStream,
    keep: Keep,
}

impl Output {
    pub(super) fn new(source: DuplexStream, keep: Keep) -> Self {
        Self { source, keep }
    }
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

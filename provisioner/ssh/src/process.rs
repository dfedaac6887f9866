//! A command running on a host.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;

use crate::channel::{Ending, Input, Keep, Output};
use crate::error::SshError;

/// A command running on a host. Its parts may be taken apart and used by different tasks; the
/// channel is closed, and the command thereby hung up on, when the last of them is dropped.
///
/// Output has to be read: up to 64 MiB of each stream are held, after which a slow reader slows
/// the whole connection down, and one that reads nothing for 10 s ends the command.
#[derive(Debug)]
pub struct Process {
    /// Standard input.
    pub stdin: Input,
    /// Standard output.
    pub stdout: Output,
    /// Standard error.
    pub stderr: Output,
    /// Tells how the command ended.
    pub exit: ExitWaiter,
}

/// Waits for the end of a [`Process`].
#[derive(Debug)]
pub struct ExitWaiter {
    host: String,
    state: State,
    _keep: Keep,
}

#[derive(Debug)]
enum State {
    Running(JoinHandle<Ending>),
    Ended(Ending),
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this status.
    Status(u32),
    /// A signal ended it, such as `KILL`.
    Signal(String),
}

/// What a short command said, and how it ended.
#[derive(Debug, Clone)]
pub struct Captured {
    /// The end of its standard output, as much as was asked for.
    pub stdout: Vec<u8>,
    /// The end of its standard error.
    pub stderr: Vec<u8>,
    /// How it ended.
    pub exit: Exit,
}

impl Exit {
    /// Whether the command exited with status 0.
    pub fn is_success(&self) -> bool {
        *self == Self::Status(0)
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => write!(formatter, "exit status {status}"),
            Self::Signal(signal) => write!(formatter, "signal {signal}"),
        }
    }
}

impl ExitWaiter {
    pub(crate) fn new(host: String, pump: JoinHandle<Ending>, keep: Keep) -> Self {
        Self { host, state: State::Running(pump), _keep: keep }
    }

    /// Waits until the command has ended; may be called again. Cancelling it loses nothing.
    ///
    /// # Errors
    /// [`SshError::ConnectionLost`] if the connection broke first, [`SshError::NoExit`] if the
    /// host closed the channel without saying how the command ended.
    pub async fn wait(&mut self) -> Result<Exit, SshError> {
        if let State::Running(pump) = &mut self.state {
            let ending = pump.await.unwrap_or_else(|error| Ending {
                broken: Some(error.to_string()),
                ..Ending::default()
            });
            self.state = State::Ended(ending);
        }
        match &self.state {
            State::Ended(Ending { status: Some(status), .. }) => Ok(Exit::Status(*status)),
            State::Ended(Ending { signal: Some(signal), .. }) => Ok(Exit::Signal(signal.clone())),
            State::Ended(Ending { broken: Some(reason), .. }) => {
                Err(SshError::ConnectionLost { host: self.host.clone(), reason: reason.clone() })
            }
            State::Ended(_) | State::Running(_) => Err(SshError::NoExit {
                host: self.host.clone(),
                reason: "it did not say".to_owned(),
            }),
        }
    }
}

impl Process {
    /// Waits until the command has ended; see [`ExitWaiter::wait`].
    ///
    /// # Errors
    /// Those of [`ExitWaiter::wait`].
    pub async fn wait(&mut self) -> Result<Exit, SshError> {
        self.exit.wait().await
    }

    /// Writes all of `input`, reads both outputs and waits for the end. Of each output at most the
    /// last `limit` bytes are kept.
    ///
    /// # Errors
    /// Those of [`ExitWaiter::wait`], and [`SshError::Io`] if the exchange failed for another
    /// reason. That a command ends without having read its input is no error.
    pub async fn capture(self, input: &[u8], limit: usize) -> Result<Captured, SshError> {
        let Self { mut stdin, mut stdout, mut stderr, mut exit } = self;
        let write = async {
            let written = stdin.write_all(input).await;
            let closed = stdin.shutdown().await;
            match written.and(closed) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
                _ => Ok(()),
            }
        };
        let exchanged =
            tokio::try_join!(write, read_tail(&mut stdout, limit), read_tail(&mut stderr, limit));
        let exit_state = exit.wait().await?;
        let ((), stdout, stderr) =
            exchanged.map_err(|source| SshError::Io { host: exit.host.clone(), source })?;
        Ok(Captured { stdout, stderr, exit: exit_state })
    }
}

/// Reads to the end, keeping the last `limit` bytes.
async fn read_tail(source: &mut (impl AsyncRead + Unpin), limit: usize) -> io::Result<Vec<u8>> {
    let mut tail = Vec::new();
    loop {
        if source.read_buf(&mut tail).await? == 0 {
            tail.drain(..tail.len().saturating_sub(limit));
            return Ok(tail);
        }
        // Cutting only now and then keeps the cost per byte constant.
        if tail.len() / 2 > limit {
            tail.drain(..tail.len() - limit);
        }
    }
}

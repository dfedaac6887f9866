//! A logged-in connection to a host.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use russh::client::{Handle, Msg};
use russh::{Channel, ChannelMsg, ChannelOpenFailure, Disconnect};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::channel::{self, Tunnel};
use crate::client::{self, Client, Link};
use crate::error::SshError;
use crate::process::{Captured, ExitWaiter, Process};

/// Commands at once on one connection. OpenSSH allows ten (`MaxSessions`, `sshd_config(5)`), and
/// hands a slot back a little later than it reports the end of a command.
const MAX_SESSIONS: usize = 8;
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// A logged-in connection to a host. Clones share it; it ends with the last of them and the last
/// process and tunnel on it.
#[derive(Clone)]
pub struct Connection {
    inner: Arc<Inner>,
}

struct Inner {
    host: String,
    handle: Handle<Client>,
    link: Arc<Link>,
    sessions: Arc<Semaphore>,
    patience: Duration,
    /// The connection that this one goes through must not end before it.
    _bastion: Option<Connection>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").field("host", &self.inner.host).finish_non_exhaustive()
    }
}

impl Connection {
    pub(crate) fn new(
        host: String,
        handle: Handle<Client>,
        link: Arc<Link>,
        patience: Duration,
        bastion: Option<Connection>,
    ) -> Self {
        let sessions = Arc::new(Semaphore::new(MAX_SESSIONS));
        let inner = Inner { host, handle, link, sessions, patience, _bastion: bastion };
        Self { inner: Arc::new(inner) }
    }

    /// How messages call the host.
    pub fn host(&self) -> &str {
        &self.inner.host
    }

    /// Runs a command: the host passes it to the user's login shell. When eight are running
    /// already, waits for one of them to end.
    ///
    /// # Errors
    /// [`SshError::ChannelRefused`], [`SshError::ConnectionLost`], [`SshError::TimedOut`].
    pub async fn open(&self, command: &str) -> Result<Process, SshError> {
        let (this, command) = (self.clone(), command.to_owned());
        // In a task of its own: if the caller gives up half-way, the channel that is being opened
        // still comes to an end and is closed.
        let opening = tokio::spawn(async move { this.open_session(&command).await });
        opening.await.unwrap_or_else(|error| {
            Err(SshError::ConnectionLost {
                host: self.inner.host.clone(),
                reason: error.to_string(),
            })
        })
    }

    /// Runs a command with `input` on its standard input to its end, keeping at most the last
    /// `limit` bytes of each output.
    ///
    /// # Errors
    /// Those of [`Connection::open`] and [`Process::capture`]. A status other than 0 is none.
    pub async fn run(
        &self,
        command: &str,
        input: &[u8],
        limit: usize,
    ) -> Result<Captured, SshError> {
        self.open(command).await?.capture(input, limit).await
    }

    /// A stream through the host to an address as the host sees it.
    ///
    /// # Errors
    /// [`SshError::ChannelRefused`] if forwarding is not allowed or nobody listens there,
    /// [`SshError::ConnectionLost`], [`SshError::TimedOut`].
    pub async fn tunnel(&self, host: &str, port: u16) -> Result<Tunnel, SshError> {
        let (this, address) = (self.clone(), host.to_owned());
        let opening = tokio::spawn(async move {
            let action = format!("open a tunnel to {address}:{port}");
            // The originator is for the host's log only (RFC 4254, section 7.2).
            let request = this.inner.handle.channel_open_direct_tcpip(
                address,
                u32::from(port),
                "127.0.0.1",
                0,
            );
            let channel = this.confirmed(&action, request).await?;
            Ok(Tunnel::new(channel::open(channel, Arc::clone(&this.inner.link))))
        });
        opening.await.unwrap_or_else(|error| {
            Err(SshError::ConnectionLost {
                host: self.inner.host.clone(),
                reason: error.to_string(),
            })
        })
    }

    /// Whether the connection has ended.
    pub fn is_closed(&self) -> bool {
        self.inner.link.closed.is_cancelled()
    }

    /// Waits for the end of the connection, and says what ended it.
    pub async fn closed(&self) -> SshError {
        self.inner.link.closed.cancelled().await;
        self.lost()
    }

    /// Says goodbye and closes the connection, with everything that still runs on it.
    pub async fn disconnect(&self) {
        self.inner.link.set_reason("it was closed from this side");
        let goodbye = async {
            let sent = self.inner.handle.disconnect(Disconnect::ByApplication, "", "").await;
            if sent.is_ok() {
                self.inner.link.closed.cancelled().await;
            }
        };
        if timeout(GOODBYE, goodbye).await.is_err() {
            tracing::debug!("{} takes no goodbye", self.inner.host);
        }
    }

    async fn open_session(&self, command: &str) -> Result<Process, SshError> {
        const ACTION: &str = "run a command";
        let permit = self.session_slot().await?;
        let request = self.inner.handle.channel_open_session();
        let mut channel = self.confirmed(ACTION, request).await?;
        let start = self.start(&mut channel, command);
        timeout(self.inner.patience, start).await.unwrap_or_else(|_| Err(self.timed_out()))?;
        Ok(self.process(channel, permit))
    }

    async fn session_slot(&self) -> Result<OwnedSemaphorePermit, SshError> {
        tokio::select! {
            permit = Arc::clone(&self.inner.sessions).acquire_owned() => {
                permit.map_err(|_| self.lost())
            }
            () = self.inner.link.closed.cancelled() => Err(self.lost()),
        }
    }

    async fn start(&self, channel: &mut Channel<Msg>, command: &str) -> Result<(), SshError> {
        channel.exec(true, command).await.map_err(|_| self.lost())?;
        loop {
            match channel.wait().await {
                Some(ChannelMsg::Success) => return Ok(()),
                Some(ChannelMsg::Failure | ChannelMsg::Close) => {
                    return Err(SshError::ChannelRefused {
                        host: self.inner.host.clone(),
                        action: "run a command".to_owned(),
                        reason: "the host runs no commands for this user".to_owned(),
                        transient: false,
                    });
                }
                Some(_) => {}
                None => return Err(self.lost()),
            }
        }
    }

    fn process(&self, channel: Channel<Msg>, permit: OwnedSemaphorePermit) -> Process {
        let ends = channel::open(channel, Arc::clone(&self.inner.link));
        let pump = ends.pump;
        let pump = tokio::spawn(async move {
            let ending = pump.run().await;
            drop(permit);
            ending
        });
        let exit = ExitWaiter::new(self.inner.host.clone(), pump, ends.keep);
        Process { stdin: ends.input, stdout: ends.output, stderr: ends.error_output, exit }
    }

    /// Waits for the host to confirm a channel.
    async fn confirmed(
        &self,
        action: &str,
        request: impl Future<Output = Result<Channel<Msg>, russh::Error>>,
    ) -> Result<Channel<Msg>, SshError> {
        match timeout(self.inner.patience, request).await {
            Err(_) => Err(self.timed_out()),
            Ok(Ok(channel)) => Ok(channel),
            Ok(Err(russh::Error::ChannelOpenFailure(reason))) => Err(SshError::ChannelRefused {
                host: self.inner.host.clone(),
                action: action.to_owned(),
                transient: matches!(reason, ChannelOpenFailure::ConnectFailed),
                reason: describe_refusal(&reason),
            }),
            Ok(Err(error)) => {
                self.inner.link.set_reason(client::describe(&error));
                Err(self.lost())
            }
        }
    }

    fn lost(&self) -> SshError {
        SshError::ConnectionLost { host: self.inner.host.clone(), reason: self.inner.link.reason() }
    }

    fn timed_out(&self) -> SshError {
        SshError::TimedOut {
            action: "open a channel on",
            host: self.inner.host.clone(),
            after: self.inner.patience,
        }
    }
}

fn describe_refusal(reason: &ChannelOpenFailure) -> String {
    match reason {
        ChannelOpenFailure::AdministrativelyProhibited => "its SSH server does not allow it".into(),
        ChannelOpenFailure::ConnectFailed => "nobody answers there".into(),
        ChannelOpenFailure::UnknownChannelType => "its SSH server does not know how".into(),
        ChannelOpenFailure::ResourceShortage => "it is short of resources".into(),
        ChannelOpenFailure::Other { code, reason } => format!("{reason} ({code})"),
    }
}

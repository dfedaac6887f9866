//! What russh calls back: the host's key, and the end of the connection.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use russh::client::{DisconnectReason, Handler};
use russh::keys::{PublicKey, PublicKeyOrCertificate};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::error::SshError;
use crate::host_keys::{self, KnownKeys};

/// How long a command may take to end that has closed its output.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(1);

/// The state of a connection that both its handler and its users see.
#[derive(Debug, Default)]
pub(crate) struct Link {
    /// Cancelled when the connection is gone.
    pub(crate) closed: CancellationToken,
    reason: OnceLock<String>,
    /// What the command that leads to the host complains of, once it has ended.
    complaints: Mutex<Option<JoinHandle<String>>>,
    /// Its last complaint. It says more than the end of the connection, which may be seen first.
    last_words: OnceLock<String>,
}

impl Link {
    /// Why the connection ended, for a message.
    pub(crate) fn reason(&self) -> String {
        let reason = self.last_words.get().or_else(|| self.reason.get());
        reason.cloned().unwrap_or_else(|| "the connection broke".to_owned())
    }

    pub(crate) fn listens(&self, complaints: JoinHandle<String>) {
        *self.complaints.lock().unwrap_or_else(PoisonError::into_inner) = Some(complaints);
    }

    /// Takes the last words of the command that leads to the host for the reason, if it had any.
    pub(crate) async fn hear(&self) {
        let complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(complaints) = complaints else { return };
        if let Ok(Ok(said)) = timeout(LAST_WORDS, complaints).await
            && !said.is_empty()
        {
            let _ = self.last_words.set(format!("its ProxyCommand said: {said}"));
        }
    }

    /// Gives a reason, unless there is one.
    pub(crate) fn set_reason(&self, reason: impl Into<String>) {
        let _ = self.reason.set(reason.into());
    }
}

/// What came of looking at the host's key, for the one who started the connection.
pub(crate) type Verdict = Arc<Mutex<Option<Refusal>>>;

/// Why the host's key was not believed, and the key.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) error: SshError,
    pub(crate) key: PublicKey,
}

/// One connection's side of russh's conversation.
#[derive(Debug)]
pub(crate) struct Client {
    known: Arc<KnownKeys>,
    accept_unknown: bool,
    verdict: Verdict,
    /// The key believed at the first exchange; a later exchange must show the same.
    believed: Option<PublicKey>,
    link: Arc<Link>,
    // russh does not report every end through `disconnected`, but it always drops its handler.
    _closes: DropGuard,
}

impl Client {
    pub(crate) fn new(known: Arc<KnownKeys>, accept_unknown: bool, link: Arc<Link>) -> Self {
        let closes = link.closed.clone().drop_guard();
        let verdict = Verdict::default();
        Self { known, accept_unknown, verdict, believed: None, link, _closes: closes }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        Arc::clone(&self.verdict)
    }

    fn believes(&self, key: &PublicKey) -> bool {
        if let Some(believed) = &self.believed {
            return host_keys::same(believed, key);
        }
        match self.known.check(key) {
            Ok(()) => true,
            Err(SshError::HostKeyUnknown(_)) if self.accept_unknown => {
                self.known.accept(key);
                true
            }
            Err(error) => {
                let refusal = Refusal { error, key: key.clone() };
                *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
                false
            }
        }
    }
}

impl Handler for Client {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        offered: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        let key = offered.public_key();
        let certified = offered.certificate().is_some_and(|shown| self.known.certified(shown));
        let believed = certified || self.believes(&key);
        if believed {
            self.believed = Some(key);
        }
        Ok(believed)
    }

    async fn disconnected(
        &mut self,
        reason: DisconnectReason<Self::Error>,
    ) -> Result<(), Self::Error> {
        match reason {
            DisconnectReason::ReceivedDisconnect(info) => {
                self.link.set_reason(format!("the host hung up: {}", info.message));
                Ok(())
            }
            DisconnectReason::Error(error) => {
                self.link.set_reason(describe(&error));
                Err(error)
            }
        }
    }
}

/// An error of russh in words that help.
pub(crate) fn describe(error: &russh::Error) -> String {
    match error {
        russh::Error::KeepaliveTimeout | russh::Error::InactivityTimeout => {
            "the host stopped answering".to_owned()
        }
        russh::Error::Disconnect | russh::Error::HUP => "the host hung up".to_owned(),
        russh::Error::IO(error) => format!("the connection broke: {error}"),
        russh::Error::NoCommonAlgo { kind, theirs, .. } => {
            format!("no common {kind:?} algorithm; the host offers {}", theirs.join(", "))
        }
        other => other.to_string(),
    }
}

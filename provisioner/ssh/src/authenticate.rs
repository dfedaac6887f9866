//! Logging in: keys, then the password, in as few attempts as possible.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::agent::AgentIdentity;
use russh::keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey};
use russh::{MethodKind, MethodSet};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

use crate::agent::Agent;
use crate::attempt::{Attempt, AttemptResult};
use crate::client::{self, Client, Link};
use crate::endpoint::Endpoint;
use crate::error::SshError;
use crate::identity::{self, IdentityError};

/// More questions than this from a keyboard-interactive login are not about one password.
const MAX_QUESTION_ROUNDS: usize = 4;
/// How long to wait for the end of a connection whose host has stopped taking attempts.
const HANG_UP_GRACE: Duration = Duration::from_secs(1);

/// Logs in to the endpoint.
///
/// What was asked for by name comes first, since a host allows only a few attempts
/// (`MaxAuthTries`, `sshd_config(5)`): identity files (by the agent where it holds the same key, so
/// no passphrase is needed), then the agent's other keys, then the password, then
/// keyboard-interactive with it.
pub(crate) async fn authenticate(
    handle: &mut Handle<Client>,
    endpoint: &Endpoint,
    link: &Link,
    patience: Duration,
) -> Result<(), SshError> {
    let mut login = Login {
        handle,
        endpoint,
        link,
        patience,
        attempts: Vec::new(),
        accepted: None,
        rsa_hash: None,
    };
    match login.run().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(login.failure(false)),
        Err(Stop::HungUp) => Err(login.hung_up().await),
        Err(Stop::TimedOut) => {
            Err(SshError::TimedOut { action: "log in to", host: endpoint.label(), after: patience })
        }
    }
}

/// Why no further attempt can be made.
enum Stop {
    HungUp,
    TimedOut,
}

struct Login<'a> {
    handle: &'a mut Handle<Client>,
    endpoint: &'a Endpoint,
    link: &'a Link,
    patience: Duration,
    attempts: Vec<Attempt>,
    /// The methods the host would take; not known before its first refusal.
    accepted: Option<MethodSet>,
    rsa_hash: Option<HashAlg>,
}

impl Login<'_> {
    /// Whether a login succeeded.
    async fn run(&mut self) -> Result<bool, Stop> {
        Ok(self.try_keys().await? || self.try_password().await? || self.try_questions().await?)
    }

    async fn try_keys(&mut self) -> Result<bool, Stop> {
        let mut agent = self.open_agent().await;
        for file in self.endpoint.identity_files.clone() {
            if self.try_identity_file(&file, agent.as_mut()).await? {
                return Ok(true);
            }
        }
        let Some(agent) = agent.as_mut().filter(|_| !self.endpoint.identities_only) else {
            return Ok(false);
        };
        for identity in std::mem::take(&mut agent.identities) {
            if self.try_agent_key(agent, &identity).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn try_identity_file(
        &mut self,
        file: &Utf8Path,
        agent: Option<&mut Agent>,
    ) -> Result<bool, Stop> {
        if !self.takes(MethodKind::PublicKey) {
            return Ok(false);
        }
        if let Some(agent) = agent
            && let Some(identity) = agent.take(identity::public_half(file).as_ref())
        {
            return self.try_agent_key(agent, &identity).await;
        }
        let key = match load_in_background(file, self.endpoint.passphrase.clone()).await {
            Ok(key) => key,
            Err(error) => {
                let method = format!("key {file}");
                self.attempts.push(match error {
                    IdentityError::PassphraseNeeded => {
                        Attempt { method, result: AttemptResult::Encrypted }
                    }
                    error => Attempt::not_tried(method, error),
                });
                return Ok(false);
            }
        };
        let key = Arc::new(key);
        if self.try_certificate(file, &key).await? {
            return Ok(true);
        }
        let hash = self.hash_for(key.public_key()).await;
        let user = self.endpoint.user.clone();
        let key = PrivateKeyWithHashAlg::new(key, hash);
        let answer = bounded(self.patience, self.handle.authenticate_publickey(user, key)).await?;
        self.judge(format!("key {file}"), answer)
    }

    async fn try_certificate(
        &mut self,
        file: &Utf8Path,
        key: &Arc<PrivateKey>,
    ) -> Result<bool, Stop> {
        let Some(certificate) = identity::certificate(file) else {
            return Ok(false);
        };
        let user = self.endpoint.user.clone();
        let login = self.handle.authenticate_openssh_cert(user, Arc::clone(key), certificate);
        let answer = bounded(self.patience, login).await?;
        self.judge(format!("certificate {file}-cert.pub"), answer)
    }

    async fn open_agent(&mut self) -> Option<Agent> {
        let socket = self.endpoint.agent.as_ref()?;
        let opening = Agent::open(socket, self.handle.agent_session_binding());
        let reason = match timeout(self.patience, opening).await {
            Ok(Ok(agent)) => return Some(agent),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "does not answer".to_owned(),
        };
        self.attempts.push(Attempt::not_tried(format!("agent {socket}"), reason));
        None
    }

    async fn try_agent_key(
        &mut self,
        agent: &mut Agent,
        identity: &AgentIdentity,
    ) -> Result<bool, Stop> {
        if !self.takes(MethodKind::PublicKey) {
            return Ok(false);
        }
        let user = self.endpoint.user.clone();
        let hash = self.hash_for(&identity.public_key()).await;
        let (comment, answer) = match identity {
            AgentIdentity::PublicKey { key, comment } => {
                let login = self.handle.authenticate_publickey_with(
                    user,
                    key.clone(),
                    hash,
                    &mut agent.client,
                );
                (comment, timeout(self.patience, login).await)
            }
            AgentIdentity::Certificate { certificate, comment } => {
                let login = self.handle.authenticate_certificate_with(
                    user,
                    certificate.clone(),
                    hash,
                    &mut agent.client,
                );
                (comment, timeout(self.patience, login).await)
            }
        };
        let method = format!("agent's key {comment}");
        match answer {
            Err(_) => Err(Stop::TimedOut),
            Ok(Ok(answer)) => self.judge(method, answer),
            Ok(Err(error)) => {
                self.attempts.push(Attempt::not_tried(method, error));
                Ok(false)
            }
        }
    }

    async fn try_password(&mut self) -> Result<bool, Stop> {
        let Some(password) = self.endpoint.password.as_ref() else {
            return Ok(false);
        };
        if !self.takes(MethodKind::Password) {
            return Ok(false);
        }
        let login =
            self.handle.authenticate_password(self.endpoint.user.clone(), password.expose_secret());
        let answer = bounded(self.patience, login).await?;
        self.judge("password".to_owned(), answer)
    }

    async fn try_questions(&mut self) -> Result<bool, Stop> {
        let Some(password) = self.endpoint.password.as_ref() else {
            return Ok(false);
        };
        if !self.takes(MethodKind::KeyboardInteractive) {
            return Ok(false);
        }
        let user = self.endpoint.user.clone();
        let start = self.handle.authenticate_keyboard_interactive_start(user, None);
        let mut answer = bounded(self.patience, start).await?;
        for _ in 0..MAX_QUESTION_ROUNDS {
            let prompts = match answer {
                KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts,
                KeyboardInteractiveAuthResponse::Success => return Ok(true),
                KeyboardInteractiveAuthResponse::Failure { remaining_methods, partial_success } => {
                    let answer = AuthResult::Failure { remaining_methods, partial_success };
                    return self.judge("keyboard-interactive".to_owned(), answer);
                }
            };
            let answers = prompts.iter().map(|_| password.expose_secret().to_owned()).collect();
            let respond = self.handle.authenticate_keyboard_interactive_respond(answers);
            answer = bounded(self.patience, respond).await?;
        }
        self.attempts.push(Attempt::not_tried("keyboard-interactive", "asks more than a password"));
        Ok(false)
    }

    /// Records the host's answer; whether it was yes.
    fn judge(&mut self, method: String, answer: AuthResult) -> Result<bool, Stop> {
        let AuthResult::Failure { remaining_methods, partial_success } = answer else {
            tracing::debug!("{}: {method} accepted", self.endpoint.label());
            return Ok(true);
        };
        let mut attempt = Attempt::rejected(method);
        if partial_success {
            attempt.result = AttemptResult::Partial;
        }
        self.attempts.push(attempt);
        // russh reports a hang-up as a refusal that leaves nothing to try.
        if remaining_methods.is_empty() {
            return Err(Stop::HungUp);
        }
        self.accepted = Some(remaining_methods);
        Ok(false)
    }

    fn takes(&self, method: MethodKind) -> bool {
        self.accepted.as_ref().is_none_or(|accepted| accepted.contains(&method))
    }

    /// The hash to sign with: for RSA the best the host takes, SHA-1 excepted.
    async fn hash_for(&mut self, key: &PublicKey) -> Option<HashAlg> {
        if !key.algorithm().is_rsa() {
            return None;
        }
        if self.rsa_hash.is_none() {
            let best = self.handle.best_supported_rsa_hash().await.ok().flatten().flatten();
            self.rsa_hash = Some(best.unwrap_or(HashAlg::Sha512));
        }
        self.rsa_hash
    }

    fn failure(&self, cut_off: bool) -> SshError {
        let accepted = self.accepted.iter().flat_map(|methods| methods.iter());
        SshError::AuthFailed {
            host: self.endpoint.label(),
            user: self.endpoint.user.clone(),
            attempts: self.attempts.clone(),
            accepted: accepted.map(|method| <&str>::from(method).to_owned()).collect(),
            cut_off,
        }
    }

    /// The host ended the connection: for too many attempts, or for another reason.
    async fn hung_up(&self) -> SshError {
        let closed = timeout(HANG_UP_GRACE, self.link.closed.cancelled()).await.is_ok();
        let reason = self.link.reason();
        // OpenSSH: "Too many authentication failures".
        if !closed || reason.to_lowercase().contains("authentication failures") {
            return self.failure(closed);
        }
        SshError::ConnectionLost { host: self.endpoint.label(), reason }
    }
}

/// Opening an encrypted key takes long on purpose: not on a thread that serves connections.
async fn load_in_background(
    file: &Utf8Path,
    passphrase: Option<SecretString>,
) -> Result<PrivateKey, IdentityError> {
    let file: Utf8PathBuf = file.to_owned();
    tokio::task::spawn_blocking(move || identity::load(&file, passphrase.as_ref()))
        .await
        .map_err(|error| IdentityError::Unreadable(std::io::Error::other(error)))?
}

async fn bounded<T>(
    patience: Duration,
    step: impl Future<Output = Result<T, russh::Error>>,
) -> Result<T, Stop> {
    match timeout(patience, step).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            tracing::debug!("login ended: {}", client::describe(&error));
            Err(Stop::HungUp)
        }
        Err(_) => Err(Stop::TimedOut),
    }
}

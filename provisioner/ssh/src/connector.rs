//! From an endpoint to a connection.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use russh::client::{self as russh_client, Config, Handle};
use russh::keys::PublicKey;
use russh::{Limits, Preferred, cipher, compression};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::authenticate::authenticate;
use crate::client::{self, Client, Link, Refusal, Verdict};
use crate::connection::Connection;
use crate::endpoint::{Endpoint, HostKeyPolicy, Options};
use crate::error::SshError;
use crate::host_keys::{HostKeys, KnownKeys};
use crate::thinking::Thinking;
use crate::transport::{self, Transport};

/// Logins at once at one SSH server. OpenSSH begins to drop connections when ten are not logged in
/// yet (`MaxStartups 10:30:100`, `sshd_config(5)`), and counts each a little longer than its login
/// takes.
const MAX_LOGINS: usize = 4;
/// Data in flight per channel: 100 MB/s over a round trip of 80 ms.
const WINDOW: u32 = 8 << 20;
/// The largest packet that OpenSSH sends (its `CHAN_SES_PACKET_DEFAULT`).
const MAX_PACKET: u32 = 32 << 10;

/// Makes connections. Hosts behind one bastion share one connection to it.
#[derive(Debug)]
pub struct Connector {
    options: Options,
    host_keys: Arc<HostKeys>,
    /// One question at a time, whatever the number of hosts.
    asking: tokio::sync::Mutex<()>,
    /// What people have thought about them.
    thinking: Thinking,
    bastions: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<Connection>>>>>,
    logins: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Connector {
    /// A connector that has nothing connected yet.
    pub fn new(options: Options) -> Self {
        Self {
            host_keys: HostKeys::new(options.known_hosts.clone(), options.notices.clone()),
            options,
            asking: tokio::sync::Mutex::default(),
            thinking: Thinking::default(),
            bastions: Mutex::default(),
            logins: Mutex::default(),
        }
    }

    /// Connects and logs in, through the endpoint's bastions if it has any. Every part of it ends
    /// within [`Options::connect_timeout`].
    ///
    /// # Errors
    /// Every [`SshError`] but those of channels and commands.
    pub async fn connect(&self, endpoint: &Endpoint) -> Result<Connection, SshError> {
        match self.connect_once(endpoint).await {
            Err(Failure { error, unknown_key: Some(key) }) => {
                self.ask(endpoint, &key, error).await?;
                self.connect_once(endpoint).await.map_err(|failure| failure.error)
            }
            result => result.map_err(|failure| failure.error),
        }
    }

    /// Connects like [`Connector::connect`], again and again with growing pauses while the failure
    /// [is transient](SshError::is_transient), until `deadline`: for a host that reboots. Whoever is asked about
    /// a key has all the time in the world: as long as a question is open, about whatever host, no time passes.
    ///
    /// # Errors
    /// Those of [`Connector::connect`]; at the deadline that of the last try.
    pub async fn connect_with_backoff(
        &self,
        endpoint: &Endpoint,
        deadline: std::time::Instant,
    ) -> Result<Connection, SshError> {
        let deadline = self.thinking.deadline(Instant::from_std(deadline));
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_secs(5))
            .with_jitter()
            .without_max_times()
            .build();
        let mut last = None;
        loop {
            match deadline.bound(self.connect(endpoint)).await {
                Some(Err(error)) if error.is_transient() => {
                    if last.is_none() {
                        self.options.notices.say(format!("{error}; trying again"));
                    }
                    last = Some(error);
                }
                Some(result) => return result,
                None => return Err(last.unwrap_or_else(|| self.timed_out("reach", endpoint))),
            }
            let pause = pauses.next().unwrap_or(Duration::from_secs(5));
            if deadline.bound(tokio::time::sleep(pause)).await.is_none() {
                return Err(last.unwrap_or_else(|| self.timed_out("reach", endpoint)));
            }
        }
    }

    async fn connect_once(&self, endpoint: &Endpoint) -> Result<Connection, Failure> {
        let bastion = match &endpoint.via {
            Some(bastion) => Some(
                self.bastion(bastion)
                    .await
                    .map_err(|error| in_bastion(endpoint, bastion, error))?,
            ),
            None => None,
        };
        let _turn = self.login_turn(endpoint).await;
        let link = Arc::new(Link::default());
        let stream = self.transport(endpoint, bastion.as_ref(), &link).await?;
        let mut handle = self.handshake(endpoint, stream, &link).await?;
        authenticate(&mut handle, endpoint, &link, self.options.connect_timeout).await?;
        let patience = self.options.connect_timeout;
        Ok(Connection::new(endpoint.label(), handle, link, patience, bastion))
    }

    /// The connection to a bastion, made once and again when it has broken.
    fn bastion<'a>(&'a self, bastion: &'a Endpoint) -> BoxFuture<'a, Result<Connection, SshError>> {
        async move {
            let slot = {
                let mut bastions = self.bastions.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(bastions.entry(bastion.route()).or_default())
            };
            let mut slot = slot.lock().await;
            if let Some(connection) = slot.as_ref().filter(|connection| !connection.is_closed()) {
                return Ok(connection.clone());
            }
            let connection = self.connect(bastion).await?;
            *slot = Some(connection.clone());
            Ok(connection)
        }
        .boxed()
    }

    async fn transport(
        &self,
        endpoint: &Endpoint,
        bastion: Option<&Connection>,
        link: &Arc<Link>,
    ) -> Result<Box<dyn Transport>, SshError> {
        let Some(bastion) = bastion else {
            if let Some(command) = &endpoint.proxy_command {
                return Ok(Box::new(command.start(endpoint, link)?));
            }
            let stream = self.bounded("connect to", endpoint, transport::connect(endpoint)).await?;
            return Ok(Box::new(stream));
        };
        match bastion.tunnel(&endpoint.host, endpoint.port).await {
            Ok(tunnel) => Ok(Box::new(tunnel)),
            Err(error) => Err(SshError::Bastion {
                bastion: bastion.host().to_owned(),
                host: endpoint.label(),
                source: Box::new(error),
            }),
        }
    }

    async fn handshake(
        &self,
        endpoint: &Endpoint,
        stream: Box<dyn Transport>,
        link: &Arc<Link>,
    ) -> Result<Handle<Client>, Failure> {
        let known = Arc::new(self.host_keys.known(endpoint)?);
        let accept_unknown = matches!(self.options.host_keys, HostKeyPolicy::AcceptNew);
        let config = Arc::new(self.config(&known));
        let client = Client::new(known, accept_unknown, Arc::clone(link));
        let verdict = client.verdict();
        let exchange = russh_client::connect_stream(config, stream, client);
        match timeout(self.options.connect_timeout, exchange).await {
            Ok(Ok(handle)) => Ok(handle),
            Ok(Err(error)) => {
                link.hear().await;
                Err(explain(endpoint, link, &verdict, &error))
            }
            Err(_) => Err(self.timed_out("agree on an encrypted connection with", endpoint).into()),
        }
    }

    /// Asks about an unknown key, if that is the policy, and remembers a yes.
    async fn ask(
        &self,
        endpoint: &Endpoint,
        key: &PublicKey,
        refusal: SshError,
    ) -> Result<(), SshError> {
        let HostKeyPolicy::Ask(question) = &self.options.host_keys else {
            return Err(refusal);
        };
        let _asking = self.asking.lock().await;
        let known = self.host_keys.known(endpoint)?;
        // Another connection to the same host may have asked meanwhile.
        if known.check(key).is_ok() {
            return Ok(());
        }
        let _thinking = self.thinking.begin();
        if !question(known.unknown(key)).await {
            return Err(refusal);
        }
        known.accept(key);
        Ok(())
    }

    fn config(&self, known: &KnownKeys) -> Config {
        let Options { keepalive, keepalive_misses, rekey_after, .. } = self.options;
        let misses = u32::try_from(keepalive_misses).unwrap_or(u32::MAX);
        Config {
            limits: Limits::new(rekey_after, rekey_after, Duration::from_hours(1)),
            window_size: WINDOW,
            maximum_packet_size: MAX_PACKET,
            preferred: preferred(known),
            keepalive_interval: Some(keepalive),
            keepalive_max: keepalive_misses,
            // A write that the network does not take keeps keepalives from being sent, so it needs
            // a bound of its own, a little beyond theirs.
            inactivity_timeout: Some(keepalive.saturating_mul(misses.saturating_add(2))),
            nodelay: true,
            ..Config::default()
        }
    }

    /// Waits until the endpoint's server has few enough logins under way.
    async fn login_turn(&self, endpoint: &Endpoint) -> Option<tokio::sync::OwnedSemaphorePermit> {
        let server = Endpoint { user: String::new(), ..endpoint.clone() }.route();
        let logins = {
            let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(MAX_LOGINS));
            Arc::clone(logins.entry(server).or_insert_with(new))
        };
        logins.acquire_owned().await.ok()
    }

    async fn bounded<T>(
        &self,
        action: &'static str,
        endpoint: &Endpoint,
        step: impl Future<Output = Result<T, SshError>>,
    ) -> Result<T, SshError> {
        timeout(self.options.connect_timeout, step)
            .await
            .unwrap_or_else(|_| Err(self.timed_out(action, endpoint)))
    }

    fn timed_out(&self, action: &'static str, endpoint: &Endpoint) -> SshError {
        let after = self.options.connect_timeout;
        SshError::TimedOut { action, host: endpoint.label(), after }
    }
}

/// Why a connection failed, with the host's key if nothing but its being unknown was the reason.
struct Failure {
    error: SshError,
    unknown_key: Option<PublicKey>,
}

impl From<SshError> for Failure {
    fn from(error: SshError) -> Self {
        Self { error, unknown_key: None }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let is_unknown = matches!(refusal.error, SshError::HostKeyUnknown(_));
        Self { error: refusal.error, unknown_key: is_unknown.then_some(refusal.key) }
    }
}

/// What made the key exchange fail.
fn explain(endpoint: &Endpoint, link: &Link, verdict: &Verdict, error: &russh::Error) -> Failure {
    if let Some(refusal) = verdict.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return refusal.into();
    }
    let transient = matches!(
        error,
        russh::Error::Disconnect | russh::Error::HUP | russh::Error::IO(_) | russh::Error::Join(_)
    );
    link.set_reason(client::describe(error));
    SshError::Handshake { host: endpoint.label(), reason: link.reason(), transient }.into()
}

fn in_bastion(endpoint: &Endpoint, bastion: &Endpoint, error: SshError) -> SshError {
    SshError::Bastion { bastion: bastion.label(), host: endpoint.label(), source: Box::new(error) }
}

/// Algorithms in order of preference: the host's known keys first, ciphers with hardware support
/// before those without.
fn preferred(known: &KnownKeys) -> Preferred {
    Preferred {
        key: known.algorithms().into(),
        host_key_certificates: known.certificate_algorithms().into(),
        cipher: vec![
            cipher::AES_256_GCM,
            cipher::CHACHA20_POLY1305,
            cipher::AES_256_CTR,
            cipher::AES_192_CTR,
            cipher::AES_128_CTR,
        ]
        .into(),
        compression: vec![compression::NONE].into(),
        ..Preferred::DEFAULT
    }
}

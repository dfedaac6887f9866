//! Where to connect, how to log in, and which host keys to believe.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use futures::future::BoxFuture;
use secrecy::SecretString;

use crate::proxy_command::ProxyCommand;
use crate::unknown_host_key::UnknownHostKey;

/// The port of an SSH server when none is named (RFC 4250).
const DEFAULT_PORT: u16 = 22;

/// One host to connect to, and everything needed to log in there.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// How messages call the host.
    pub name: String,
    /// Address or name of the host.
    pub host: String,
    /// Port of its SSH server.
    pub port: u16,
    /// The user to log in as.
    pub user: String,
    /// Private keys, in the order in which they are tried.
    pub identity_files: Vec<Utf8PathBuf>,
    /// Whether the agent may only be asked for the keys of `identity_files`.
    pub identities_only: bool,
    /// Opens the identity files that are encrypted.
    pub passphrase: Option<SecretString>,
    /// For password and keyboard-interactive logins.
    pub password: Option<SecretString>,
    /// The agent's socket, if it is to be used.
    pub agent: Option<Utf8PathBuf>,
    /// Files with the keys of known hosts, in place of the first of [`Options::known_hosts`].
    pub known_hosts: Vec<Utf8PathBuf>,
    /// What leads to the host in place of TCP.
    pub proxy_command: Option<ProxyCommand>,
    /// The bastion to go through; it may have one of its own.
    pub via: Option<Box<Endpoint>>,
}

impl Endpoint {
    /// An endpoint on port 22 called as its host is, with nothing to log in with yet.
    pub fn new(host: impl Into<String>, user: impl Into<String>) -> Self {
        let host = host.into();
        Self {
            name: host.clone(),
            host,
            port: DEFAULT_PORT,
            user: user.into(),
            identity_files: Vec::new(),
            identities_only: false,
            passphrase: None,
            password: None,
            agent: None,
            known_hosts: Vec::new(),
            proxy_command: None,
            via: None,
        }
    }

    /// What tells this endpoint's login from any other: `user@host:port`, bastions first.
    pub(crate) fn route(&self) -> String {
        let own = format!("{}@{}:{}", self.user, self.host, self.port);
        match &self.via {
            Some(bastion) => format!("{} {own}", bastion.route()),
            None => own,
        }
    }

    /// How messages call it: its name, and its address where that says more.
    pub(crate) fn label(&self) -> String {
        match (self.name == self.host, self.port == DEFAULT_PORT) {
            (true, true) => self.name.clone(),
            (true, false) => format!("{}:{}", self.host, self.port),
            (false, true) => format!("{} ({})", self.name, self.host),
            (false, false) => format!("{} ({}:{})", self.name, self.host, self.port),
        }
    }
}

/// What holds for every connection of a [`Connector`](crate::Connector).
#[derive(Debug, Clone)]
pub struct Options {
    /// Files with the keys of known hosts. Newly accepted keys are appended to the first.
    pub known_hosts: Vec<Utf8PathBuf>,
    /// What to do about a host that no file knows.
    pub host_keys: HostKeyPolicy,
    /// The longest wait for each part of a connection: TCP, key exchange, login, a channel.
    pub connect_timeout: Duration,
    /// Silence after which a host is asked whether it is still there.
    pub keepalive: Duration,
    /// Unanswered questions after which the connection counts as lost.
    pub keepalive_misses: usize,
    /// Bytes in one direction after which new keys are agreed on (RFC 4253, section 9: 1 GiB).
    pub rekey_after: usize,
    /// Is told what is worth knowing, but is no failure.
    pub notices: Notices,
}

/// Takes sentences for whoever started the connections; by default nobody listens.
#[derive(Clone)]
pub struct Notices(Arc<dyn Fn(String) + Send + Sync>);

impl Notices {
    /// A listener.
    pub fn new(listener: impl Fn(String) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    pub(crate) fn say(&self, text: impl Into<String>) {
        self.0(text.into());
    }
}

impl Default for Notices {
    fn default() -> Self {
        Self::new(|text| tracing::debug!("{text}"))
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Notices")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            known_hosts: Vec::new(),
            host_keys: HostKeyPolicy::Refuse,
            connect_timeout: Duration::from_secs(20),
            keepalive: Duration::from_secs(15),
            keepalive_misses: 3,
            rekey_after: 1 << 30,
            notices: Notices::default(),
        }
    }
}

/// What to do about a host whose key is in no `known_hosts` file. A key that differs from a known
/// one is refused whatever the policy.
#[derive(Clone)]
pub enum HostKeyPolicy {
    /// Refuse the connection.
    Refuse,
    /// Accept and remember the key.
    AcceptNew,
    /// Ask; accepted keys are remembered. Questions come one at a time, and with no connection
    /// left open meanwhile, so there is all the time in the world for an answer.
    Ask(HostKeyQuestion),
}

/// Puts the question whether an unknown host key is to be trusted.
pub type HostKeyQuestion = Arc<dyn Fn(UnknownHostKey) -> HostKeyAnswer + Send + Sync>;

/// Resolves to whether the key is to be trusted.
pub type HostKeyAnswer = BoxFuture<'static, bool>;

impl fmt::Debug for HostKeyPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Refuse => "Refuse",
            Self::AcceptNew => "AcceptNew",
            Self::Ask(_) => "Ask",
        })
    }
}

//! Everything that can go wrong between here and a host.

use std::io;
use std::time::Duration;

use camino::Utf8PathBuf;
use thiserror::Error;

use crate::attempt::{self, Attempt, AttemptResult};
use crate::unknown_host_key::UnknownHostKey;

/// Why a connection, a command or a tunnel failed. `host` is the host as messages call it.
#[derive(Debug, Error)]
pub enum SshError {
    /// The name has no address.
    #[error("find the address of {host}: {source}")]
    Unresolved {
        /// The host.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Nobody listens on the port.
    #[error("connect to {host}: connection refused")]
    Refused {
        /// The host.
        host: String,
    },
    /// There is no way to the host.
    #[error("connect to {host}: {source}")]
    Unreachable {
        /// The host.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// The host did not answer in time.
    #[error("{action} {host}: no answer within {} s", .after.as_secs_f32())]
    TimedOut {
        /// What was waited for, such as `log in to`.
        action: &'static str,
        /// The host.
        host: String,
        /// How long was waited.
        after: Duration,
    },
    /// The host hung up, or talked something else, before a login was possible.
    #[error("agree on an encrypted connection with {host}: {reason}")]
    Handshake {
        /// The host.
        host: String,
        /// What went wrong.
        reason: String,
        /// Whether it may go differently next time: the host hung up.
        transient: bool,
    },
    /// No `known_hosts` file knows the host.
    #[error("trust {}: its {} key {} is not known", .0.name, .0.algorithm, .0.fingerprint)]
    HostKeyUnknown(UnknownHostKey),
    /// The host's key is not the one that is known.
    #[error(
        "trust {host}: its key is {offered}, but {file}:{line} knows it with {known}; \
         either the host was installed anew, or someone else is answering for it"
    )]
    HostKeyChanged {
        /// The host.
        host: String,
        /// The file that knows another key.
        file: Utf8PathBuf,
        /// The line in it, from 1.
        line: usize,
        /// Algorithm and fingerprint of the key in the file.
        known: String,
        /// Algorithm and fingerprint of the key that the host has now.
        offered: String,
    },
    /// The host's key is marked `@revoked`.
    #[error("trust {host}: its key {offered} is revoked by {file}:{line}")]
    HostKeyRevoked {
        /// The host.
        host: String,
        /// The file with the mark.
        file: Utf8PathBuf,
        /// The line in it, from 1.
        line: usize,
        /// Algorithm and fingerprint of the key.
        offered: String,
    },
    /// A `known_hosts` file could not be read.
    #[error("read {file}: {source}")]
    KnownHosts {
        /// The file.
        file: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No login succeeded.
    #[error("log in to {host} as {user}: {}{}", attempt::list(.attempts), if *.cut_off { "; the host allows no more attempts" } else { "" })]
    AuthFailed {
        /// The host.
        host: String,
        /// The user.
        user: String,
        /// What was tried, in order.
        attempts: Vec<Attempt>,
        /// What the host would take, as it says.
        accepted: Vec<String>,
        /// Whether the host hung up before everything was tried (`MaxAuthTries`).
        cut_off: bool,
    },
    /// A bastion on the way failed.
    #[error("pass the bastion {bastion} on the way to {host}: {source}")]
    Bastion {
        /// The bastion that failed, as messages call it.
        bastion: String,
        /// The host behind it.
        host: String,
        /// What happened at the bastion.
        #[source]
        source: Box<SshError>,
    },
    /// The command that leads to the host was not started.
    #[error("connect to {host} by `{command}`: {source}")]
    Proxy {
        /// The host.
        host: String,
        /// The command, as the shell would have got it.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// A shell would read the name as more than a name.
    #[error(
        "connect to {host} by its ProxyCommand: {name:?} would be read by the shell as more than a name"
    )]
    ProxyName {
        /// The host.
        host: String,
        /// Its name, its address, or the user there.
        name: String,
    },
    /// The host is connected, but refuses the channel.
    #[error("{action} on {host}: refused: {reason}")]
    ChannelRefused {
        /// The host.
        host: String,
        /// What the channel was for.
        action: String,
        /// What the host said.
        reason: String,
        /// Whether it may go differently next time: nobody answered behind a tunnel.
        transient: bool,
    },
    /// The connection broke.
    #[error("talk to {host}: {reason}")]
    ConnectionLost {
        /// The host.
        host: String,
        /// How it broke.
        reason: String,
    },
    /// The command was cut short from this side, or ended without saying how.
    #[error("learn how a command on {host} ended: {reason}")]
    NoExit {
        /// The host.
        host: String,
        /// What is known.
        reason: String,
    },
    /// Writing to or reading from a command failed.
    #[error("exchange data with a command on {host}: {source}")]
    Io {
        /// The host.
        host: String,
        /// What went wrong.
        source: io::Error,
    },
}

impl SshError {
    /// Whether the same may succeed a little later: a host that is booting, a network that
    /// flickers. A wrong key or a wrong name is not.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::ConnectionLost { .. } => true,
            Self::Handshake { transient, .. } | Self::ChannelRefused { transient, .. } => {
                *transient
            }
            Self::Bastion { source, .. } => source.is_transient(),
            Self::Unresolved { .. }
            | Self::HostKeyUnknown(_)
            | Self::HostKeyChanged { .. }
            | Self::HostKeyRevoked { .. }
            | Self::KnownHosts { .. }
            | Self::AuthFailed { .. }
            | Self::Proxy { .. }
            | Self::ProxyName { .. }
            | Self::NoExit { .. }
            | Self::Io { .. } => false,
        }
    }

    /// What to do next, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unresolved { .. } => Some("give the host's address, or mend the resolver".into()),
            Self::Refused { .. } => {
                Some("is its SSH server running, and is the port right?".into())
            }
            Self::Unreachable { .. } | Self::TimedOut { .. } => {
                Some("is the host up, and does a firewall let port and address through?".into())
            }
            Self::HostKeyUnknown(key) => Some(format!(
                "compare with `ssh-keygen -lf /etc/ssh/ssh_host_{}_key.pub` on the host, then accept it",
                key.algorithm.trim_start_matches("ssh-").split('-').next().unwrap_or_default()
            )),
            Self::HostKeyChanged { file, line, .. } => Some(format!(
                "if the host was installed anew, remove line {line} of {file} and connect again"
            )),
            Self::AuthFailed { accepted, cut_off: true, .. } => Some(format!(
                "name the right key: it is tried before the agent's others{}",
                accepted_methods(accepted)
            )),
            Self::AuthFailed { attempts, .. }
                if attempts.iter().any(|attempt| attempt.result == AttemptResult::Encrypted) =>
            {
                Some("give the key to an ssh-agent, or name its `passphrase` in the spec".into())
            }
            Self::AuthFailed { accepted, .. } => Some(format!(
                "is the public key in the user's ~/.ssh/authorized_keys on the host?{}",
                accepted_methods(accepted)
            )),
            Self::Bastion { source, .. } => source.hint(),
            Self::ConnectionLost { .. } => Some("run the same again: it continues".into()),
            Self::Handshake { transient: true, .. } => Some(
                "is there an SSH server on that port, and does it take more connections?".into(),
            ),
            Self::ProxyName { .. } => {
                Some("give the host another name, or name its bastion by ProxyJump instead".into())
            }
            Self::HostKeyRevoked { .. }
            | Self::Proxy { .. }
            | Self::Handshake { .. }
            | Self::KnownHosts { .. }
            | Self::ChannelRefused { .. }
            | Self::NoExit { .. }
            | Self::Io { .. } => None,
        }
    }
}

fn accepted_methods(accepted: &[String]) -> String {
    if accepted.is_empty() {
        return String::new();
    }
    format!(" (the host takes: {})", accepted.join(", "))
}

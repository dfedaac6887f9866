use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use camino::Utf8PathBuf;
use provisioner_spec::SecretSource;
use provisioner_ssh::HostKeyPolicy;
use secrecy::SecretString;

/// How to get onto hosts from this machine: everything that is not in the spec.
#[derive(Debug, Clone)]
pub struct Access {
    /// The user's name here, and on a host where nothing else is said.
    pub user: String,
    pub home: Utf8PathBuf,
    /// The text of `~/.ssh/config` with what it includes.
    pub ssh_config: String,
    /// Files with known host keys; accepted ones go into the first.
    pub known_hosts: Vec<Utf8PathBuf>,
    /// The agent's socket.
    pub agent: Option<Utf8PathBuf>,
    pub host_keys: HostKeyPolicy,
    pub secrets: Secrets,
    /// On how many hosts to be at once, outside of runs.
    pub parallelism: NonZeroUsize,
}

/// The values of the secrets that a spec only names.
#[derive(Debug, Clone, Default)]
pub struct Secrets(BTreeMap<String, SecretString>);

impl Secrets {
    pub fn new(values: impl IntoIterator<Item = (SecretSource, SecretString)>) -> Self {
        Self(values.into_iter().map(|(source, value)| (key(&source), value)).collect())
    }

    pub(crate) fn get(&self, source: Option<&SecretSource>) -> Option<SecretString> {
        self.0.get(&key(source?)).cloned()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &SecretString> {
        self.0.values()
    }
}

fn key(source: &SecretSource) -> String {
    match source {
        SecretSource::Env(name) => format!("env {name}"),
        SecretSource::File(path) => format!("file {path}"),
    }
}

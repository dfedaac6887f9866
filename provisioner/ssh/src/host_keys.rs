//! Which host keys are believed: the user's files, and what was accepted since.

use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use russh::keys::ssh_key::Fingerprint;
use russh::keys::{Algorithm, Certificate, EcdsaCurve, HashAlg, PublicKey};

use crate::endpoint::{Endpoint, Notices};
use crate::error::SshError;
use crate::known_hosts::{self, Entry, Marker};
use crate::pattern;
use crate::unknown_host_key::UnknownHostKey;

/// The keys that the files know, and those accepted during this run.
#[derive(Debug)]
pub(crate) struct HostKeys {
    files: Vec<Utf8PathBuf>,
    notices: Notices,
    /// Accepted during this run. The lock also serialises appending to the file.
    accepted: Mutex<Vec<(String, PublicKey)>>,
}

/// What is known of one host at the time of connecting to it.
#[derive(Debug)]
pub(crate) struct KnownKeys {
    host: Host,
    entries: Vec<Entry>,
    accepted: Vec<PublicKey>,
    store: Arc<HostKeys>,
}

#[derive(Debug, Clone)]
struct Host {
    label: String,
    name: String,
    port: u16,
    /// Where a key that is accepted goes.
    file: Option<Utf8PathBuf>,
}

impl HostKeys {
    pub(crate) fn new(files: Vec<Utf8PathBuf>, notices: Notices) -> Arc<Self> {
        Arc::new(Self { files, notices, accepted: Mutex::default() })
    }

    /// The files for one host: its own, if it has some, in place of the first.
    fn files(&self, endpoint: &Endpoint) -> Vec<Utf8PathBuf> {
        if endpoint.known_hosts.is_empty() {
            return self.files.clone();
        }
        endpoint.known_hosts.iter().chain(self.files.iter().skip(1)).cloned().collect()
    }

    /// Reads what the files say about the endpoint's host; missing files say nothing.
    pub(crate) fn known(self: &Arc<Self>, endpoint: &Endpoint) -> Result<KnownKeys, SshError> {
        let pattern = known_hosts::host_pattern(&endpoint.host, endpoint.port);
        let mut entries = Vec::new();
        let files = self.files(endpoint);
        for file in &files {
            let read = read_or_empty(file)
                .map_err(|source| SshError::KnownHosts { file: file.clone(), source })?;
            // A key known for the host on its usual port is believed on another port too, but a
            // different one there is no contradiction.
            entries.extend(known_hosts::parse(&read, file).into_iter().filter(|entry| {
                entry.is_about(&pattern) || entry.is_about(&endpoint.host.to_lowercase())
            }));
        }
        let accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        let accepted = accepted
            .iter()
            .filter(|(host, _)| *host == pattern)
            .map(|(_, key)| key.clone())
            .collect();
        let host = Host {
            label: endpoint.label(),
            name: endpoint.host.clone(),
            port: endpoint.port,
            file: files.into_iter().next(),
        };
        Ok(KnownKeys { host, entries, accepted, store: Arc::clone(self) })
    }

    /// Remembers the key, in the host's first file too. A file that cannot be written is no reason to
    /// fail: the key holds for this run, and the question comes again in the next.
    fn accept(&self, host: &Host, key: &PublicKey) {
        let pattern = known_hosts::host_pattern(&host.name, host.port);
        let mut accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        if accepted.iter().any(|(known, known_key)| *known == pattern && same(known_key, key)) {
            return;
        }
        let line = known_hosts::format_line(&host.name, host.port, key);
        if let (Some(file), Some(line)) = (&host.file, line)
            && let Err(error) = append(file, &line)
        {
            self.notices.say(format!("the key of {} is not saved in {file}: {error}", host.label));
        }
        accepted.push((pattern, key.clone()));
    }
}

impl KnownKeys {
    /// Whether the key is the host's: no error if it is known.
    ///
    /// # Errors
    /// The key is revoked, unknown, or another than the known one. A host that is known by a key
    /// of another type only counts as changed: what it is known by was asked for first.
    pub(crate) fn check(&self, offered: &PublicKey) -> Result<(), SshError> {
        let marked = |marker| self.entries.iter().filter(move |entry| entry.marker == marker);
        if let Some(entry) = marked(Marker::Revoked).find(|entry| same(&entry.key, offered)) {
            return Err(SshError::HostKeyRevoked {
                host: self.host.label.clone(),
                file: entry.file.clone(),
                line: entry.line,
                offered: describe(offered),
            });
        }
        let known = marked(Marker::Key).any(|entry| same(&entry.key, offered));
        if known || self.accepted.iter().any(|key| same(key, offered)) {
            return Ok(());
        }
        match self.contradiction(offered) {
            Some(entry) => Err(SshError::HostKeyChanged {
                host: self.host.label.clone(),
                file: entry.file.clone(),
                line: entry.line,
                known: describe(&entry.key),
                offered: describe(offered),
            }),
            None => Err(SshError::HostKeyUnknown(self.unknown(offered))),
        }
    }

    /// Whether a trusted authority certifies, for this host and this moment, that the key is its
    /// own. A certificate that does not is no objection: the bare key is looked at then.
    pub(crate) fn certified(&self, certificate: &Certificate) -> bool {
        let marked = |marker| self.entries.iter().filter(move |entry| entry.marker == marker);
        let is_revoked = marked(Marker::Revoked).any(|entry| {
            entry.key.key_data() == certificate.signature_key()
                || entry.key.key_data() == certificate.public_key()
        });
        let authorities: Vec<Fingerprint> =
            marked(Marker::Authority).map(|entry| entry.key.fingerprint(HashAlg::Sha256)).collect();
        let principals = certificate.valid_principals().iter().map(String::as_str);
        !is_revoked
            && certificate.cert_type().is_host()
            && certificate.critical_options().is_empty()
            && pattern::matches_list(principals, &self.host.name)
            && certificate.validate(&authorities).is_ok()
    }

    /// The line that speaks against the key, one of the same type if there is one.
    fn contradiction(&self, offered: &PublicKey) -> Option<&Entry> {
        let pattern = known_hosts::host_pattern(&self.host.name, self.host.port);
        let mut others = self
            .entries
            .iter()
            .filter(|entry| entry.marker == Marker::Key && entry.is_about(&pattern));
        let first = others.next()?;
        std::iter::once(first)
            .chain(others)
            .find(|entry| entry.key.algorithm() == offered.algorithm())
            .or(Some(first))
    }

    /// The question to ask about a key.
    pub(crate) fn unknown(&self, key: &PublicKey) -> UnknownHostKey {
        UnknownHostKey {
            name: self.host.label.clone(),
            host: self.host.name.clone(),
            port: self.host.port,
            algorithm: key.algorithm().to_string(),
            fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        }
    }

    /// Believes the key from now on.
    pub(crate) fn accept(&self, key: &PublicKey) {
        self.store.accept(&self.host, key);
    }

    /// The algorithms of certificates to ask the host for: none unless an authority is trusted.
    pub(crate) fn certificate_algorithms(&self) -> Vec<Algorithm> {
        if self.entries.iter().any(|entry| entry.marker == Marker::Authority) {
            return supported();
        }
        Vec::new()
    }

    /// The algorithms to ask the host for: those of its known keys first, so that a host known by
    /// one of its keys does not show another.
    pub(crate) fn algorithms(&self) -> Vec<Algorithm> {
        let entries = self.entries.iter().filter(|entry| entry.marker == Marker::Key);
        let known: Vec<Algorithm> = entries
            .map(|entry| entry.key.algorithm())
            .chain(self.accepted.iter().map(PublicKey::algorithm))
            .collect();
        let is_rsa = |algorithm: &Algorithm| matches!(algorithm, Algorithm::Rsa { .. });
        let is_known = |algorithm: &Algorithm| {
            known.iter().any(|known| known == algorithm || is_rsa(known) && is_rsa(algorithm))
        };
        let (mut first, rest): (Vec<_>, Vec<_>) = supported().into_iter().partition(is_known);
        first.extend(rest);
        first
    }
}

/// Host key algorithms in order of preference. `ssh-rsa` with SHA-1 is left out on purpose.
fn supported() -> Vec<Algorithm> {
    vec![
        Algorithm::Ed25519,
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
        Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
        Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
    ]
}

/// Algorithm and fingerprint, as `ssh-keygen -l` shows them.
fn describe(key: &PublicKey) -> String {
    format!("{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256))
}

/// Whether two keys are the same, their comments apart.
pub(crate) fn same(one: &PublicKey, other: &PublicKey) -> bool {
    one.key_data() == other.key_data()
}

fn read_or_empty(file: &Utf8Path) -> io::Result<String> {
    match fs_err::read(file) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error),
    }
}

/// Adds a line in one write, so that another process appending at the same time harms nothing.
fn append(file: &Utf8Path, line: &str) -> io::Result<()> {
    if let Some(parent) = file.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    }
    let before = read_or_empty(file)?;
    let separator = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let mut opened =
        std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
    opened.write_all(format!("{separator}{line}").as_bytes())
}

use std::time::Duration;

use provisioner_ssh::SshError;

/// Why something on hosts did not work.
#[derive(Debug, thiserror::Error)]
pub enum HostsError {
    #[error(transparent)]
    Ssh(#[from] SshError),
    #[error("{host}: become root: {said}")]
    NotRoot { host: String, said: String },
    #[error("{host}: its shell ended: {said}")]
    ShellEnded { host: String, said: String },
    #[error("{host}: no answer for {} s", after.as_secs())]
    Silent { host: String, after: Duration },
    #[error("{host}: another run is at work there: {by}")]
    LockHeld { host: String, by: String },
    #[error(transparent)]
    Bundle(#[from] provisioner_bundle::Error),
    #[error("use the playbooks: {0}")]
    Playbook(#[from] provisioner_playbook::PlaybookError),
    #[error(transparent)]
    Pki(#[from] provisioner_pki::Error),
    #[error("{host}: {source}")]
    Quote { host: String, source: provisioner_playbook::shell::QuoteError },
    #[error("the spec has no host or role {0:?}")]
    NoSuchHost(String),
    #[error("{host} may not leave: {reasons}")]
    MayNotLeave { host: String, reasons: String },
    #[error("no control plane of the cluster {cluster} could be asked: {reasons}")]
    NoControlPlane { cluster: String, reasons: String },
    #[error("no host of the cluster {cluster} could be asked: {reasons}")]
    NoHost { cluster: String, reasons: String },
    #[error("take a snapshot of the cluster {cluster}: {reasons}")]
    NoSnapshot { cluster: String, reasons: String },
    #[error(
        "work on the etcd of the cluster {cluster}: it runs elsewhere, at {}", endpoints.join(", ")
    )]
    ExternalEtcd { cluster: String, endpoints: Vec<String> },
    #[error("{host}: {said}")]
    NoAnswer { host: String, said: String },
    #[error("write what a host sends: {0}")]
    Write(std::io::Error),
    #[error("read the snapshot {path}: {source}")]
    Snapshot { path: camino::Utf8PathBuf, source: std::io::Error },
    #[error("use the snapshot {path}: {reason}")]
    DamagedSnapshot { path: camino::Utf8PathBuf, reason: &'static str },
    #[error("the cluster {0} does not exist yet: no control plane has its certificate authority")]
    NoCluster(String),
    #[error("{host}: take over the cluster's authorities: of their files it has some, but not {}", missing.join(", "))]
    PartialPki { host: String, missing: Vec<&'static str> },
    #[error(
        "find the keys of encrypted secrets: {one} and {other} have different ones of one name"
    )]
    DifferentKeys { one: String, other: String },
    #[error("find the cluster's authorities: {one} and {other} have different ones")]
    DifferentAuthorities { one: String, other: String },
}

impl HostsError {
    /// What to do next, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Ssh(SshError::HostKeyUnknown(_)) => Some(
                "compare its fingerprint with the host's own, then use --accept-new-host-keys, or answer the question on a terminal".into(),
            ),
            Self::Ssh(error) => error.hint(),
            Self::NotRoot { .. } => Some(
                "give `ssh.sudo: true` and, if sudo asks for one, `ssh.sudoPassword`, or log in as root".into(),
            ),
            Self::ShellEnded { said, .. } if said.contains("No space left on device") => {
                Some("make room on the host (`df -h /run /tmp /var` shows where), then run the same command again".into())
            }
            Self::ShellEnded { .. } | Self::Silent { .. } => {
                Some("run the same command again: it goes on where it ended".into())
            }
            Self::LockHeld { .. } => Some(
                "wait until it has ended; if its machine is gone, end that process on the host".into(),
            ),
            Self::Bundle(_) => Some("`provisioner bundle verify` checks the bundle".into()),
            Self::ExternalEtcd { .. } => Some(
                "snapshots are taken and brought back where it runs: `etcdctl snapshot save`, `etcdutl snapshot restore`".into(),
            ),
            Self::NoCluster(_) => Some("`provisioner up` creates it".into()),
            Self::PartialPki { .. } => Some(
                "put the missing files there, or move /etc/kubernetes/pki away if it belongs to nothing any more".into(),
            ),
            Self::DifferentAuthorities { .. } => Some(
                "one of them belongs to another cluster: take it out of the spec, or move its /etc/kubernetes/pki away"
                    .into(),
            ),
            Self::DifferentKeys { .. } => Some(
                "its API server cannot read what the others write: put the file /etc/kubernetes/pki/encryption.json of one that can in the place of the other".into(),
            ),
            Self::MayNotLeave { .. } => Some("nothing was changed; `provisioner status` shows how the cluster is".into()),
            Self::NoSuchHost(_) => Some("give a name of a host, or control-plane, worker, edge, load-balancer".into()),
            _ => None,
        }
    }

    /// Whether connecting again may help.
    pub(crate) fn is_lost_connection(&self) -> bool {
        match self {
            Self::Ssh(error) => {
                error.is_transient()
                    || matches!(error, SshError::NoExit { .. } | SshError::Io { .. })
            }
            Self::ShellEnded { .. } | Self::Silent { .. } => true,
            _ => false,
        }
    }
}

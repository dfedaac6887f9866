/// What is done to a cluster that stands, beside bringing it to what its spec says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// To the version of Kubernetes that the site's cluster has, from the one that its hosts have.
    Upgrade,
    /// New certificates for all but the authorities.
    RenewCertificates,
    /// A new key for secrets at rest, and every secret written with it.
    RotateEncryptionKey,
    /// The state of a snapshot for etcd. The run brings the file along as [`SNAPSHOT`].
    RestoreEtcd,
}

/// What playbooks call the snapshot that a run brings along.
pub const SNAPSHOT: &str = "snapshot.db";

impl Operation {
    pub const ALL: [Self; 4] =
        [Self::Upgrade, Self::RenewCertificates, Self::RotateEncryptionKey, Self::RestoreEtcd];

    /// What it is called: the command in a run's record, and the list of its stages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::RenewCertificates => "renew-certificates",
            Self::RotateEncryptionKey => "rotate-encryption-key",
            Self::RestoreEtcd => "restore-etcd",
        }
    }
}

use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueHint};

use super::{ConnectArguments, SpecArguments};

/// Save the state of a cluster, and bring it back
#[derive(Debug, Clone, Args)]
pub(crate) struct EtcdArguments {
    #[command(subcommand)]
    pub(crate) command: EtcdCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum EtcdCommand {
    Snapshot(EtcdSnapshot),
    Restore(EtcdRestore),
}

/// Take a snapshot of etcd from a healthy member, and write it to a file here
///
/// All that the API keeps is in it, the cluster's secrets too: the file has mode 0600, and is there
/// wholly and verified or not at all. What is on volumes, and the keys of the authorities in
/// /etc/kubernetes/pki, are not in it.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  provisioner etcd snapshot -f cluster.yaml -o prod-$(date +%F).db")]
pub(crate) struct EtcdSnapshot {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// The file to write; one that is there already is replaced
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Utf8PathBuf,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

/// Bring a snapshot back into the etcd of all control planes
///
/// Everything that was written to the API since the snapshot was taken is lost. The API is down
/// meanwhile; pods go on, and those that the snapshot does not know are ended afterwards. What the
/// members have now is kept on the hosts, in /var/lib/provisioner/etcd-before-restore.
///
/// Control planes that have lost their state are left out: `provisioner up` joins them afterwards.
/// Where none is left, `provisioner up` comes first; the keys in /etc/kubernetes/pki have to be
/// those of the cluster that the snapshot is of.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner etcd restore prod-2026-11-20.db -f cluster.yaml
  provisioner etcd restore prod-2026-11-20.db -f cluster.yaml --yes

Next: `provisioner up -f SPEC`.")]
pub(crate) struct EtcdRestore {
    /// The snapshot
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) snapshot: Utf8PathBuf,

    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

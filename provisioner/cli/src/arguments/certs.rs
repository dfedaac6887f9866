use clap::{Args, Subcommand};

use super::{ConnectArguments, SpecArguments};

/// Show and renew the certificates of a cluster
#[derive(Debug, Clone, Args)]
pub(crate) struct CertsArguments {
    #[command(subcommand)]
    pub(crate) command: CertsCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CertsCommand {
    Status(CertsStatus),
    Renew(CertsRenew),
    RotateEncryptionKey(CertsRotateEncryptionKey),
}

/// Show every certificate and kubeconfig on every host, and how long each is valid
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner certs status -f cluster.yaml
  provisioner certs status -f cluster.yaml --output json | jq '.certificates[] | select(.daysLeft < 60)'

Ends with 1 if a certificate has expired or a host cannot be asked. One that is about to expire is
a warning.

Next: `provisioner certs renew -f SPEC`.")]
pub(crate) struct CertsStatus {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// Warn of what expires within so many days
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub(crate) within: u32,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

/// Take a new key for secrets at rest, and write every secret with it
///
/// For clusters with `security.encryption` in their spec. One control plane after another learns the
/// new key, then writes with it; then every secret is written anew, and only when etcd has none left
/// that is not, the old key goes. A rotation that was cut off is finished by the same command.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner certs rotate-encryption-key -f cluster.yaml
  provisioner certs rotate-encryption-key -f cluster.yaml --yes

A snapshot of etcd is read with the key of its time: keep /etc/kubernetes/pki with each.")]
pub(crate) struct CertsRotateEncryptionKey {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

/// Renew all certificates but the authorities', one control plane after another
///
/// What kubeadm made is made anew by kubeadm: the certificates of the API server and of etcd, and
/// the kubeconfigs on the control planes. The kubelets' client certificates are signed anew as well.
/// Whatever uses a certificate is restarted, one component at a time, and the next host's turn comes
/// when this one is healthy: the API stays up at the cluster's address.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner certs renew -f cluster.yaml
  provisioner certs renew -f cluster.yaml --yes --output json > run.jsonl

Kubeconfigs that `provisioner kubeconfig` has made elsewhere are certificates too: make them anew.")]
pub(crate) struct CertsRenew {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

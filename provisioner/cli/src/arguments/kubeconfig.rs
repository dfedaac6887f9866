use camino::Utf8PathBuf;
use clap::{Args, ValueHint};

use super::{ConnectArguments, SpecArguments};

/// Print the kubeconfig of the cluster's administrator, or merge it into one's own
///
/// It is made anew from what the control planes have, so any machine with the spec and SSH access
/// can do it. Files are written with mode 0600, and wholly or not at all.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner kubeconfig -f cluster.yaml --merge            into $KUBECONFIG or ~/.kube/config
  provisioner kubeconfig -f cluster.yaml --out prod.yaml
  kubectl --kubeconfig <(provisioner kubeconfig -f cluster.yaml) get nodes")]
pub(crate) struct KubeconfigArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// Merge it into the kubeconfig that kubectl uses; everything else in there stays
    #[arg(long)]
    pub(crate) merge: bool,

    /// With --merge, make it the current context
    #[arg(long, requires = "merge")]
    pub(crate) switch_context: bool,

    /// Write it to this file; with --merge, merge it into this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<Utf8PathBuf>,

    /// Days that it is valid. Default: `kubernetes.certificates.validityDays` of the spec
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) valid_for: Option<u32>,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

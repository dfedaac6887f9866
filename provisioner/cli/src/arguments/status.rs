use camino::Utf8PathBuf;
use clap::Args;

use super::{ConnectArguments, SpecArguments};

/// Show how the cluster is: nodes, API, virtual address, etcd, certificates, addons
///
/// Every host is asked at once, and one that does not answer hides nothing of the others. What is
/// wrong is a problem; what will be wrong, or was left undone, is a warning.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner status -f cluster.yaml
  provisioner status -f cluster.yaml --drift
  provisioner status -f cluster.yaml --output json | jq .healthy

Ends with 1 if the cluster is not healthy. Warnings and drift do not count.")]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,

    /// Also look whether `up` would change anything: a whole `plan`, which takes some seconds
    #[arg(long)]
    pub(crate) drift: bool,

    /// The bundle that `up` is given, for --drift
    #[arg(long, value_name = "DIR", requires = "drift")]
    pub(crate) bundle: Option<Utf8PathBuf>,
}

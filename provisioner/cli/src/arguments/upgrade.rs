use clap::Args;

use super::SpecArguments;

/// Upgrade the cluster to another version of Kubernetes
///
/// One minor version after the other: each time the control plane, then the addons, then the nodes.
/// On a terminal it asks once; elsewhere it needs --yes.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  provisioner upgrade -f eks.yaml --to 1.36")]
pub(crate) struct UpgradeArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// The version to go to
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: String,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
}

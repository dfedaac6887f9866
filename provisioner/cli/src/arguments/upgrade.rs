use camino::Utf8PathBuf;
use clap::{Args, ValueHint};

use super::{ConnectArguments, SpecArguments};

/// Bring the cluster to another version of Kubernetes, node by node
///
/// One minor version at a time, never back. First everything of the new version goes to all hosts.
/// Then the control planes are upgraded one after another behind the cluster's address, then the
/// workers and edge nodes, as many at once as `kubernetes.upgrade.maxUnavailable` of the spec says:
/// each is emptied of its pods, changed, and has to be healthy before the next one's turn. What was
/// cut off goes on with the same command.
///
/// On EKS, to a minor version: each time the control plane, then EKS's addons, then the node groups, with the latest
/// releases of their AMIs. Once more to the version that the cluster has, it brings newer releases.
///
/// The spec keeps the old version meanwhile, and `up` refuses until the new one is written into it.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner upgrade -f cluster.yaml --to 1.36.2 --plan
  provisioner upgrade -f cluster.yaml --to 1.36.2
  provisioner upgrade -f cluster.yaml --to 1.36.2 --bundle ./bundle-1.36.2 --yes
  provisioner upgrade -f eks.yaml --to 1.36 --plan
  provisioner upgrade -f eks.yaml --to 1.36     # once more: newer releases of the nodes' AMIs

Next: write the version into the spec, then `provisioner plan -f SPEC`.")]
pub(crate) struct UpgradeArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// The version to upgrade to
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: String,

    /// Show what would change, host by host or part by part, and change nothing
    #[arg(long, conflicts_with = "yes")]
    pub(crate) plan: bool,

    /// With --plan, end with 6 if there is anything to change
    #[arg(long, requires = "plan")]
    pub(crate) detailed_exitcode: bool,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Take programs and images of the new version from this bundle instead of the internet
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) bundle: Option<Utf8PathBuf>,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

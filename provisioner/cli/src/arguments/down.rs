use clap::Args;

use super::{ConnectArguments, SpecArguments};

/// Take the cluster away and leave the hosts as they were before it
///
/// Every host keeps a ledger of what was changed on it and what was there before: from that it is
/// undone, and what Kubernetes made by itself is removed. A host's own packages, files, services and
/// firewall rules are not touched. The API need not answer, and the cluster need not be complete.
/// Hosts that cannot be reached are named, and are finished by the same command once they can be.
///
/// On EKS, everything that was made for the cluster goes, and first what has load balancers outside of it;
/// it ends by looking whether anything is left.
///
/// On a terminal it shows what would change and asks once; elsewhere it needs --yes.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner down -f cluster.yaml
  provisioner down -f cluster.yaml --yes --output json > down.jsonl

All that the cluster holds is lost: etcd's data, pods, and volumes that lie on its nodes.")]
pub(crate) struct DownArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

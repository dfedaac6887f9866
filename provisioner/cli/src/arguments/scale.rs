use clap::Args;

use super::{ConnectArguments, DrainArguments, SpecArguments};

/// Remove hosts from a cluster that goes on
///
/// A host's pods are moved away, within the limits of their PodDisruptionBudgets. A control plane is
/// taken out of the load balancer and out of etcd first, and only if what remains has a quorum; any
/// of them can go. Then the Node is deleted and the host made again what it was before it came, as by
/// `down`. A host that is dead is forgotten by the cluster; the same command cleans it once it can be
/// reached again.
///
/// To add a host, put it into the spec and run `up`. After a removal take it out of the spec, or the
/// next `up` adds it again.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner scale -f cluster.yaml --remove w2
  provisioner scale -f cluster.yaml --remove m1 --yes
  provisioner scale -f cluster.yaml --remove w2 --drain-timeout 60 --force-drain

Next: take the host out of the spec. `provisioner up --prune` removes hosts that the spec has no more.")]
pub(crate) struct ScaleArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// The host to remove. May be given again
    #[arg(long, value_name = "NAME", required = true)]
    pub(crate) remove: Vec<String>,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) drain: DrainArguments,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

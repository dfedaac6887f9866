use clap::Args;

use super::{ConnectArguments, DrainArguments, SpecArguments};

/// Remove hosts from a cluster that goes on; on EKS, set the number of nodes of node groups
///
/// On EKS the number is within the `min` and `max` of the spec; `up` leaves it as it is, unless the
/// spec says `holdDesired`.
///
/// On hosts, a host's pods are moved away, within the limits of their `PodDisruptionBudgets`. A control plane is
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
  provisioner scale -f eks.yaml workers=5 batch=0

Next: take the host out of the spec and run `up`, by which the others forget it. `provisioner up --prune` removes hosts that the spec has no more.")]
pub(crate) struct ScaleArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// A node group on EKS and the number of its nodes. May be given again
    #[arg(value_name = "POOL=N", required_unless_present = "remove", value_parser = size)]
    pub(crate) sizes: Vec<(String, u32)>,

    /// The host to remove. May be given again
    #[arg(long, value_name = "NAME", conflicts_with = "sizes")]
    pub(crate) remove: Vec<String>,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) drain: DrainArguments,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

fn size(text: &str) -> Result<(String, u32), String> {
    let (name, number) = text.split_once('=').ok_or("such as `workers=5`")?;
    let number = number.parse().map_err(|_| format!("{number:?} is no number of nodes"))?;
    Ok((name.to_owned(), number))
}

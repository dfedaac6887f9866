use clap::Args;

/// Print a commented spec to start from
///
/// It is a valid one: change the names, the addresses and what else differs.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner init --hosts > cluster.yaml
  provisioner init --eks > cluster.yaml

Next: fill in what is yours, then `provisioner validate -f cluster.yaml`.")]
#[group(required = true, multiple = false)]
pub(crate) struct InitArguments {
    /// For hosts that are reached over SSH
    #[arg(long)]
    pub(crate) hosts: bool,

    /// For EKS
    #[arg(long)]
    pub(crate) eks: bool,
}

use clap::Args;

use super::{ConnectArguments, SpecArguments};

/// Show how the cluster is: its nodes, its API, its virtual address
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner status -f cluster.yaml
  provisioner status -f cluster.yaml --output json | jq .healthy

Ends with 1 if the cluster is not healthy.")]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

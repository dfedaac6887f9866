use clap::{Args, ValueHint};

use super::{ConnectArguments, SpecArguments};

/// Run a command as root on hosts of the cluster, all at once
///
/// One word is a piece of shell; several words are a command and its arguments, as they are.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner exec -f cluster.yaml -- systemctl is-active kubelet
  provisioner exec -f cluster.yaml --on control-plane -- 'journalctl -u kubelet | tail -n 5'
  provisioner exec -f cluster.yaml --on w1 --output json -- uname -r

Ends with 1 if the command failed on any host.")]
pub(crate) struct ExecArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// Only on the hosts of this role (control-plane, worker, edge, load-balancer), or on the host of this name
    #[arg(long, value_name = "ROLE|NAME")]
    pub(crate) on: Option<String>,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,

    /// The command
    #[arg(
        last = true,
        required = true,
        value_name = "COMMAND",
        value_hint = ValueHint::CommandWithArguments
    )]
    pub(crate) command: Vec<String>,
}

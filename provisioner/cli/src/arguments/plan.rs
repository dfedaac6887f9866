use camino::Utf8PathBuf;
use clap::{Args, ValueHint};

use super::{ConnectArguments, SpecArguments};

/// Show what `up` would change, host by host, and change nothing
///
/// It is found by looking at the hosts, never from a memory of them. What cannot be known before
/// something else has been done is shown as unknown.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner plan -f cluster.yaml
  provisioner plan -f cluster.yaml --detailed-exitcode -q   for a nightly check: 6 means drift

Next: `provisioner up -f SPEC`.")]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// End with 6 if there is anything to change
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,

    /// The bundle that `up` would use
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) bundle: Option<Utf8PathBuf>,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

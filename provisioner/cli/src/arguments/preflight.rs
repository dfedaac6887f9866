use camino::Utf8PathBuf;
use clap::{Args, ValueHint};

use super::{ConnectArguments, SpecArguments};

/// Make every check on every host, and change nothing
///
/// Looks for what would make `up` fail or the cluster fragile: memory, disks, ports in use, clocks,
/// duplicate identities, leftovers of another cluster, hosts that cannot reach one another. Each
/// finding comes with its remedy.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner preflight -f cluster.yaml
  provisioner preflight -f cluster.yaml --output json | jq '.findings[].message'

Ends with 4 if `up` would refuse to start. Next: `provisioner plan -f SPEC`.")]
pub(crate) struct PreflightArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// The bundle that `up` would use; it is checked as well
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) bundle: Option<Utf8PathBuf>,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

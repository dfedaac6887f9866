use clap::Args;

use super::SpecArguments;

/// Check a spec and show all that is wrong with it at once
///
/// Each mistake is shown at its line and column, with the reason and what to do; so is what this
/// version cannot bring about yet, which makes a spec no worse but `up` refuse it. No host is
/// contacted.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner validate -f cluster.yaml
  provisioner validate -f cluster.yaml --show-resolved     with every default written out
  sed 's/1.35/1.36/' cluster.yaml | provisioner validate -f -

Ends with 3 if the spec is invalid. Next: `provisioner preflight -f SPEC` checks the hosts.")]
pub(crate) struct ValidateArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// Print the spec with every default written out
    #[arg(long)]
    pub(crate) show_resolved: bool,
}

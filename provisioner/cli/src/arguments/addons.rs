use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueHint};

use super::{ConnectArguments, SpecArguments};

/// Install what a cluster needs besides Kubernetes, look at it, or take it out again
///
/// `up` does it too, as its last stages: here it is done alone, without looking at the hosts, or at the
/// account on AWS.
#[derive(Debug, Clone, Args)]
pub(crate) struct AddonsArguments {
    #[command(subcommand)]
    pub(crate) command: AddonsCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AddonsCommand {
    List(AddonsList),
    Plan(AddonsPlan),
    Up(AddonsUp),
    Down(AddonsDown),
    Images(AddonsImages),
}

/// List the addons that there are, and which of them the spec enables
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner addons list -f cluster.yaml
  provisioner addons list -f cluster.yaml --output json | jq '.[] | select(.enabled).name'")]
pub(crate) struct AddonsList {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
}

/// Show what `addons up` would change, and change nothing
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner addons plan -f cluster.yaml
  provisioner addons plan -f cluster.yaml nfs --detailed-exitcode")]
pub(crate) struct AddonsPlan {
    #[command(flatten)]
    pub(crate) which: WhichAddons,

    /// End with 6 if there is anything to change
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// Install the addons that the spec enables, or bring them to what it says
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner addons up -f cluster.yaml
  provisioner addons up -f cluster.yaml nfs --yes")]
pub(crate) struct AddonsUp {
    #[command(flatten)]
    pub(crate) which: WhichAddons,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Take over fields that other programs have set
    ///
    /// Without it, a field that somebody else has set to something else is an error that names both.
    #[arg(long)]
    pub(crate) force_conflicts: bool,
}

/// Remove addons: everything that was installed with them, and nothing else
///
/// What was there before stays as it was; data on volumes stays, and is said to.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner addons down -f cluster.yaml nfs
  provisioner addons down -f cluster.yaml --yes          all of them")]
pub(crate) struct AddonsDown {
    #[command(flatten)]
    pub(crate) which: WhichAddons,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// List every image and chart that the addons take from elsewhere, for mirrors and bundles
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner addons images -f cluster.yaml
  provisioner addons images -f cluster.yaml --output json | jq -r '.[].images[]'")]
pub(crate) struct AddonsImages {
    #[command(flatten)]
    pub(crate) which: WhichAddons,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct WhichAddons {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// Only these, with what they need; all by default
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,

    /// Take helm and charts from this bundle
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) bundle: Option<Utf8PathBuf>,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

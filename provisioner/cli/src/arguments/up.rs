use camino::Utf8PathBuf;
use clap::{Args, ValueHint};

use super::{ConnectArguments, DrainArguments, SpecArguments};

/// Create the cluster, converge it, or finish a run that was cut off
///
/// On a terminal it shows what would change and asks once; elsewhere it needs --yes. Ctrl-C lets the
/// running steps finish and stops; a second one stops at once. Either way the same command goes on
/// from there.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  provisioner up -f cluster.yaml
  provisioner up -f cluster.yaml --yes --output json > run.jsonl
  provisioner up -f cluster.yaml --bundle ./bundle          without the internet

Next: `provisioner kubeconfig -f SPEC --merge`, then `kubectl get nodes`.")]
pub(crate) struct UpArguments {
    #[command(flatten)]
    pub(crate) spec: SpecArguments,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Take programs, packages and images from this bundle instead of the internet. On EKS: helm and
    /// charts, since nodes pull their images themselves
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) bundle: Option<Utf8PathBuf>,

    /// Go on whatever preflight finds
    #[arg(long)]
    pub(crate) skip_preflight: bool,

    /// Remove what the spec no longer names: addons, and hosts that are nodes of the cluster, as `scale --remove`
    /// does, when those that came for them have joined. On EKS: node groups and whatever else, and addons
    #[arg(long)]
    pub(crate) prune: bool,

    #[command(flatten)]
    pub(crate) drain: DrainArguments,

    /// On EKS: delete what has failed, such as a node group, and make it anew
    #[arg(long)]
    pub(crate) replace_failed: bool,

    #[command(flatten)]
    pub(crate) connect: ConnectArguments,
}

use camino::Utf8PathBuf;
use clap::{Args, Subcommand, ValueHint};
use semver::Version;

/// Make and check bundles: all that a site without the internet needs, in a folder
#[derive(Debug, Clone, Args)]
pub(crate) struct BundleArguments {
    #[command(subcommand)]
    pub(crate) command: BundleCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum BundleCommand {
    Create(BundleCreate),
    Verify(BundleVerify),
}

/// Make a bundle out of programs, images, packages and charts at hand
///
/// Every file is named in `bundle.yaml` with its SHA-256, which is verified again on the hosts. The
/// bundle is there wholly or not at all. Images that kubeadm of that version asks for and that are not
/// there are named.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  provisioner bundle create --kubernetes-version 1.36.2 --bin ./bin --images ./images -o ./bundle

Next: `provisioner up -f SPEC --bundle ./bundle`.")]
pub(crate) struct BundleCreate {
    /// The version of Kubernetes that the programs and images are of
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub(crate) kubernetes_version: Version,

    /// kubeadm, kubelet, kubectl, and whatever else the hosts need; CNI plugins in `cni/` or beside
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) bin: Utf8PathBuf,

    /// Archives of images, as `docker save` and `ctr images export` write them
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) images: Utf8PathBuf,

    /// Debian packages
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) debs: Option<Utf8PathBuf>,

    /// Packaged Helm charts, and manifests that addons take from elsewhere
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) charts: Option<Utf8PathBuf>,

    /// Where the bundle is made; one that is there already is replaced
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: Utf8PathBuf,
}

/// Read every file of a bundle and compare it with `bundle.yaml`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  provisioner bundle verify ./bundle

Ends with 1 if anything is missing, changed or not named in `bundle.yaml`.")]
pub(crate) struct BundleVerify {
    /// The bundle
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) bundle: Utf8PathBuf,
}

/// `v1.36.2` is the same as `1.36.2`, as in a spec.
pub(super) fn version(text: &str) -> Result<Version, semver::Error> {
    text.strip_prefix('v').unwrap_or(text).parse()
}

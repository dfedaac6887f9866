use camino::Utf8PathBuf;
use semver::Version;

/// What a bundle is made of.
#[derive(Clone, Debug)]
pub struct Request {
    pub kubernetes_version: Version,
    /// kubeadm, kubelet, kubectl and whatever else the hosts need; CNI plugins in `cni/` or by
    /// their well-known names beside the rest.
    pub bin: Utf8PathBuf,
    /// Archives of images as `docker save` and `ctr images export` write them, gzipped or not.
    pub images: Utf8PathBuf,
    pub debs: Option<Utf8PathBuf>,
    /// Packaged Helm charts, and manifests that addons take from elsewhere.
    pub charts: Option<Utf8PathBuf>,
    /// A bundle that is there already is replaced.
    pub out: Utf8PathBuf,
}

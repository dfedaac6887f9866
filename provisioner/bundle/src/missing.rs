//! Which images of Kubernetes a bundle lacks.

use crate::Manifest;

/// Images that kubeadm asks for in its own version.
pub const COMPONENTS: [&str; 4] =
    ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"];
/// And for these in versions that only it knows.
const OTHERS: [&str; 3] = ["pause", "etcd", "coredns"];

impl Manifest {
    /// The images that kubeadm of this version asks for and that are not there, whatever registry they would be of:
    /// `kube-proxy:v1.36.2`, `coredns`. A cluster whose etcd runs elsewhere needs none of that, and one that goes
    /// without DNS no `CoreDNS`.
    pub fn missing_images(&self) -> Vec<String> {
        let version = &self.kubernetes_version;
        let components = COMPONENTS.iter().map(|name| format!("{name}:v{version}"));
        let wanted = components.chain(OTHERS.map(str::to_owned));
        wanted.filter(|wanted| !self.names().any(|name| is(name, wanted))).collect()
    }

    /// `coredns:v1.12.1` of `registry.k8s.io/coredns/coredns:v1.12.1`.
    fn names(&self) -> impl Iterator<Item = &str> {
        let references = self.images.iter().flat_map(|image| &image.references);
        references.map(|reference| reference.rsplit('/').next().unwrap_or(reference))
    }
}

/// Whether a name is the wanted one, with any tag or digest if none is wanted.
fn is(name: &str, wanted: &str) -> bool {
    let rest = name.strip_prefix(wanted);
    rest.is_some_and(|rest| {
        rest.is_empty() || rest.starts_with('@') || (rest.starts_with(':') && !wanted.contains(':'))
    })
}

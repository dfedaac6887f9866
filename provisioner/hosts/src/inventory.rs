//! What is known of the hosts after the first round trip.

use std::collections::BTreeMap;

use provisioner_engine::Registered;
use provisioner_pki::{ClusterPki, PKI_FILES};
use provisioner_spec::{Cluster, Host};
use secrecy::SecretString;

use crate::HostsError;
use crate::facts::{Facts, Request, Window, parse};
use crate::action::Question;

/// What the answer to [`question`] is registered as.
pub(crate) const FACTS: &str = "facts";

/// kubeadm has finished on this host.
const JOINED: &str = "/var/lib/provisioner/joined";
const ETCD_MANIFEST: &str = "/etc/kubernetes/manifests/etcd.yaml";
const KUBELET_CONFIG: &str = "/etc/kubernetes/kubelet.conf";

/// Asks a host for its facts.
pub(crate) fn question(host: &Host) -> Question {
    let pki = host.role == provisioner_spec::Role::ControlPlane;
    let request = Request { pki, lookups: vec![host.name.clone()] };
    Question { name: FACTS, script: request.script(), timeout_seconds: 60 }
}

#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// By host, of those that answered.
    pub facts: BTreeMap<String, Facts>,
}

impl Inventory {
    /// Reads the answers that have come in since `asked`.
    pub(crate) fn read(cluster: &Cluster, registered: &Registered, asked: Window) -> Self {
        let facts = cluster.all_hosts().filter_map(|host| {
            let mut facts = parse(registered.get(&host.name, FACTS)?);
            facts.clock.asked = Some(asked);
            Some((host.name.clone(), facts))
        });
        Self { facts: facts.collect() }
    }

    /// Whether kubeadm's work on the host is done.
    pub(crate) fn has_joined(&self, host: &Host) -> bool {
        let needed = [JOINED, KUBELET_CONFIG, ETCD_MANIFEST];
        let count = if host.role == provisioner_spec::Role::ControlPlane { 3 } else { 2 };
        needed[..count].iter().all(|path| self.has(&host.name, path))
    }

    pub(crate) fn all_joined(&self, cluster: &Cluster) -> bool {
        cluster.all_hosts().all(|host| self.has_joined(host))
    }

    /// The control plane that the others follow: one that is a member already, or the spec's first.
    /// Otherwise a first control plane that was installed anew would found a second cluster.
    pub(crate) fn first_control_plane<'a>(&self, cluster: &'a Cluster) -> Option<&'a Host> {
        let all = cluster.control_planes();
        let begun = |host: &&Host| self.has(&host.name, ETCD_MANIFEST);
        all.iter().find(|host| self.has_joined(host)).or_else(|| all.iter().find(begun)).or(all.first())
    }

    /// The cluster's authorities as a control plane has them; a member's before any other's.
    ///
    /// # Errors
    /// A certificate or key that cannot be read.
    pub(crate) fn pki(&self, cluster: &Cluster) -> Result<Option<ClusterPki>, HostsError> {
        let mut candidates: Vec<&Host> = cluster.control_planes().iter().collect();
        candidates.sort_by_key(|host| !self.has_joined(host));
        for host in candidates {
            let Some(facts) = self.facts.get(&host.name) else { continue };
            if let Some(pki) = ClusterPki::from_files(&pki_files(facts))? {
                return Ok(Some(pki));
            }
        }
        Ok(None)
    }

    fn has(&self, host: &str, path: &str) -> bool {
        let paths = self.facts.get(host).map(|facts| facts.kubernetes.paths.as_slice());
        paths.unwrap_or_default().iter().any(|there| there == path)
    }
}

/// Facts name the files by their path below `/etc/kubernetes/pki`.
fn pki_files(facts: &Facts) -> BTreeMap<String, SecretString> {
    let own = |path: &&str| {
        let contents = facts.pki.get(path.strip_prefix("/etc/kubernetes/pki/")?)?;
        Some(((*path).to_owned(), contents.clone()))
    };
    PKI_FILES.iter().filter_map(own).collect()
}

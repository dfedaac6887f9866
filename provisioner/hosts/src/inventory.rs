//! What is known of the hosts after the first round trip.

use std::collections::BTreeMap;
use std::net::IpAddr;

use provisioner_engine::Registered;
use provisioner_pki::{ClusterPki, PKI_FILES, PkiFile};
use provisioner_spec::{Cluster, Host, Role};
use secrecy::{ExposeSecret, SecretString};

use crate::HostsError;
use crate::action::Question;
use crate::facts::{Facts, Request, Window, parse};

/// What the answer to [`question`] is registered as.
pub(crate) const FACTS: &str = "facts";

/// The folder of the authorities' files.
const PKI: &str = "/etc/kubernetes/pki/";
/// kubeadm has finished on this host.
const JOINED: &str = "/var/lib/provisioner/joined";
/// The last thing that kubeadm makes of a control plane with a member of etcd.
const ETCD_MANIFEST: &str = "/etc/kubernetes/manifests/etcd.yaml";
const API_SERVER_MANIFEST: &str = "/etc/kubernetes/manifests/kube-apiserver.yaml";

/// The manifest that only a control plane of this cluster has.
pub(crate) fn manifest(has_external_etcd: bool) -> &'static str {
    if has_external_etcd { API_SERVER_MANIFEST } else { ETCD_MANIFEST }
}
/// What a load balancer runs.
const BALANCING: [&str; 2] = ["haproxy", "keepalived"];
const KUBELET_CONFIG: &str = "/etc/kubernetes/kubelet.conf";

/// Asks a host for its facts; with names beside its own, also how it resolves them.
pub(crate) fn question(host: &Host, names: &[String]) -> Question {
    let pki = host.role == Role::ControlPlane;
    let own = std::iter::once(host.name.clone());
    let request = Request { pki, lookups: own.chain(names.iter().cloned()).collect() };
    Question { name: FACTS, script: request.script(), timeout_seconds: 60 }
}

#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// By host, of those that answered.
    pub facts: BTreeMap<String, Facts>,
    /// No control plane has a member of etcd.
    pub external_etcd: bool,
}

impl Inventory {
    /// Reads the answers that have come in since `asked`.
    pub(crate) fn read(cluster: &Cluster, registered: &Registered, asked: Window) -> Self {
        let facts = cluster.all_hosts().filter_map(|host| {
            let mut facts = parse(registered.get(&host.name, FACTS)?);
            facts.clock.asked = Some(asked);
            Some((host.name.clone(), facts))
        });
        Self { facts: facts.collect(), external_etcd: cluster.external_etcd().is_some() }
    }

    /// Whether kubeadm's work on the host is done; of a load balancer, whether it is at work.
    pub(crate) fn has_joined(&self, host: &Host) -> bool {
        if host.role == Role::LoadBalancer {
            let facts = self.facts.get(&host.name).filter(|facts| facts.ledger);
            let runs = |facts: &Facts| BALANCING.iter().all(|name| facts.service_is_active(name));
            return facts.is_some_and(runs);
        }
        let needed = [JOINED, KUBELET_CONFIG, manifest(self.external_etcd)];
        let count = if host.role == Role::ControlPlane { 3 } else { 2 };
        needed[..count].iter().all(|path| self.has(&host.name, path))
    }

    pub(crate) fn all_joined(&self, cluster: &Cluster) -> bool {
        cluster.all_hosts().all(|host| self.has_joined(host))
    }

    /// Whether no node has yet to join.
    pub(crate) fn all_nodes_joined(&self, cluster: &Cluster) -> bool {
        cluster.nodes().all(|host| self.has_joined(host))
    }

    /// The control plane that the others follow: one that is a member already, or the spec's first.
    /// Otherwise a first control plane that was installed anew would found a second cluster.
    pub(crate) fn first_control_plane<'a>(&self, cluster: &'a Cluster) -> Option<&'a Host> {
        let all = cluster.control_planes();
        let begun = |host: &&Host| self.has(&host.name, manifest(self.external_etcd));
        all.iter()
            .find(|host| self.has_joined(host))
            .or_else(|| all.iter().find(begun))
            .or(all.first())
    }

    /// The cluster's authorities as a control plane has them; a member's before any other's.
    ///
    /// None of a host's files is to be replaced that may be the only one of its kind: that is
    /// allowed only to what a run for this very cluster left on a host that never became part of it.
    ///
    /// # Errors
    /// A certificate or key that cannot be read; [`HostsError::DifferentAuthorities`];
    /// [`HostsError::PartialPki`].
    pub(crate) fn pki(&self, cluster: &Cluster) -> Result<Option<ClusterPki>, HostsError> {
        let mut candidates: Vec<&Host> = cluster.control_planes().iter().collect();
        candidates.sort_by_key(|host| !self.has_joined(host));
        let files: Vec<(&Host, BTreeMap<String, SecretString>)> = candidates
            .into_iter()
            .filter_map(|host| Some((host, pki_files(self.facts.get(&host.name)?))))
            .collect();
        let mut found: Option<(&Host, ClusterPki)> = None;
        for (host, files) in &files {
            let Some(pki) = ClusterPki::from_files(files)? else { continue };
            match &found {
                None => found = Some((host, pki)),
                Some((first, theirs)) if theirs.fingerprint()? != pki.fingerprint()? => {
                    if !self.is_replaceable(cluster, host) {
                        let (one, other) = (first.name.clone(), host.name.clone());
                        return Err(HostsError::DifferentAuthorities { one, other });
                    }
                }
                Some(_) => {}
            }
        }
        let found = found.map(|(_, pki)| pki);
        for (host, files) in &files {
            let missing = ClusterPki::missing_files(files);
            let is_partial = !missing.is_empty() && !files.is_empty();
            if is_partial && !self.is_replaceable(cluster, host) && !agrees(files, found.as_ref()) {
                return Err(HostsError::PartialPki { host: host.name.clone(), missing });
            }
        }
        Ok(found)
    }

    /// Whether all there is on the host was left by a run for this cluster that was cut off before
    /// kubeadm began.
    fn is_replaceable(&self, cluster: &Cluster, host: &Host) -> bool {
        let is_ours = self
            .facts
            .get(&host.name)
            .is_some_and(|facts| facts.cluster.as_ref() == Some(&cluster.name));
        is_ours
            && ![JOINED, KUBELET_CONFIG, manifest(self.external_etcd)]
                .iter()
                .any(|path| self.has(&host.name, path))
    }

    fn has(&self, host: &str, path: &str) -> bool {
        let paths = self.facts.get(host).map(|facts| facts.kubernetes.paths.as_slice());
        paths.unwrap_or_default().iter().any(|there| there == path)
    }
}

/// Facts name the files by their path below `/etc/kubernetes/pki`.
fn pki_files(facts: &Facts) -> BTreeMap<String, SecretString> {
    let own = |path: &&str| {
        let contents = facts.pki.get(path.strip_prefix(PKI)?)?;
        Some(((*path).to_owned(), contents.clone()))
    };
    PKI_FILES.iter().filter_map(own).collect()
}

/// Whether each of the files is the same in the set.
fn agrees(files: &BTreeMap<String, SecretString>, pki: Option<&ClusterPki>) -> bool {
    let Some(pki) = pki else { return false };
    let set = pki.files();
    files.iter().all(|(path, contents)| {
        let same = |ours: &PkiFile| {
            ours.path == path
                && ours.contents.expose_secret().trim() == contents.expose_secret().trim()
        };
        set.iter().any(same)
    })
}

/// The name of the API's endpoint. None where it is an address, which nobody has to resolve.
pub(crate) fn endpoint_name(cluster: &Cluster) -> Option<String> {
    let address = &cluster.hosts.api_endpoint.address;
    address.parse::<IpAddr>().is_err().then(|| address.clone())
}

/// The host that images come from: the registry's, or its first mirror's. None where no host needs
/// to resolve it: it is an address, or a proxy asks for them.
pub(crate) fn registry_name(cluster: &Cluster) -> Option<String> {
    let containerd = &cluster.runtime.containerd;
    if containerd.proxy.is_some() {
        return None;
    }
    let registry = cluster.kubernetes.image_repository.split('/').next()?;
    let mirror = containerd.mirrors.get(registry).and_then(|mirrors| mirrors.first());
    let server = mirror.map_or(registry, |url| url.split("://").last().unwrap_or(url));
    let authority = server.split('/').next()?;
    if authority.starts_with('[') {
        return None;
    }
    let host = authority.split(':').next()?;
    host.parse::<IpAddr>().is_err().then(|| host.to_owned())
}

use super::Probe;
use crate::facts::Facts;
use provisioner_spec::{Cluster, Host};
use semver::Version;
use std::collections::BTreeMap;

/// Everything that the checks look at.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    pub cluster: &'a Cluster,
    /// By the hosts' names in the spec. A host that is missing was not reached.
    pub facts: &'a BTreeMap<String, Facts>,
    /// What hosts found out about one another, by name; empty where nothing was probed.
    pub probes: &'a BTreeMap<String, Probe>,
    /// Full references of the images that the cluster needs.
    pub images: &'a [String],
    /// What replaces the internet, if something does.
    pub bundle: Option<&'a Supply>,
}

/// What a bundle holds, as far as the checks care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supply {
    pub version: Version,
    /// `amd64` or `arm64`.
    pub architecture: String,
    /// Full references.
    pub images: Vec<String>,
}

impl<'a> Input<'a> {
    /// The hosts whose facts are known, in the order of the spec.
    pub(super) fn hosts(&self) -> impl Iterator<Item = (&'a Host, &'a Facts)> {
        self.cluster.all_hosts().filter_map(|host| Some((host, self.known(host)?)))
    }

    /// Those of them that are nodes of the cluster.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (&'a Host, &'a Facts)> {
        self.cluster.nodes().filter_map(|host| Some((host, self.known(host)?)))
    }

    pub(super) fn control_planes(&self) -> impl Iterator<Item = (&'a Host, &'a Facts)> {
        self.cluster.control_planes().iter().filter_map(|host| Some((host, self.known(host)?)))
    }

    pub(super) fn minor(&self) -> u64 {
        self.cluster.kubernetes.version.minor
    }

    /// Whether the host already belongs to this very cluster, as its ledger says.
    pub(super) fn is_ours(&self, facts: &Facts) -> bool {
        facts.cluster.as_ref() == Some(&self.cluster.name)
    }

    fn known(&self, host: &Host) -> Option<&'a Facts> {
        self.facts.get(&host.name).filter(|facts| facts.complete)
    }
}

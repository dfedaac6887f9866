use camino::Utf8PathBuf;
use provisioner_engine::Step;

use crate::addon::{Chart, Manifest, ProbeTarget, Published};
use crate::api::{Inventory, Reference};
use crate::chart::Release;

/// What a step does in a cluster.
#[derive(Debug, Clone)]
pub struct KubeAction(pub(super) Action);

/// A step for an addon.
pub(super) fn step(name: impl Into<String>, addon: &str, action: Action) -> Step<KubeAction> {
    Step { name: name.into(), playbook: addon.to_owned(), action: KubeAction(action) }
}

#[derive(Debug, Clone)]
pub(super) enum Action {
    /// Which version the API server has, and what is installed.
    Look {
        /// Nothing else is to be done: where nobody answers, the run goes on.
        to_prune: bool,
    },
    /// Which objects have load balancers, outside of the cluster.
    LookForBalancers,
    /// A chart is on this machine, and the kinds that it defines are registered; or the manifests that
    /// somebody publishes are.
    Fetch(Fetch),
    /// What will be in the cluster is on record there.
    Record(Box<Inventory>),
    Apply(Application),
    Release(Box<Release>, ChartAt),
    /// An object of an earlier version, or of an addon that goes.
    Remove(Removal),
    Uninstall(Departure),
    /// An object of anybody's, since the cluster goes.
    Delete(Reference),
    /// The record goes, last of all.
    Forget(String),
    Ready(Readiness),
    Probe(Vec<Manifest>, u32),
}

#[derive(Debug, Clone)]
pub(super) struct Fetch {
    pub part: String,
    pub from: Origin,
}

/// Where what an addon takes from elsewhere is had from.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    Chart(ChartAt),
    Published(Published),
}

/// Where a chart is had from.
#[derive(Debug, Clone)]
pub(super) struct ChartAt {
    pub chart: Chart,
    /// In the assets; for one that lies beside its addon.
    pub folder: Option<Utf8PathBuf>,
}

#[derive(Debug, Clone)]
pub(super) struct Application {
    pub manifest: Box<Manifest>,
    /// An earlier run has made it: it may be made anew.
    pub made: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Removal {
    pub object: Reference,
    /// It stays, without what we have set of it: it was there before us, or is for others.
    pub let_go: bool,
    /// The addon that removes it; a namespace that others have on record stays.
    pub addon: String,
}

/// A release that goes.
#[derive(Debug, Clone)]
pub(super) struct Departure {
    pub release: Reference,
    pub addon: String,
}

#[derive(Debug, Clone)]
pub(super) struct Readiness {
    pub objects: Vec<Manifest>,
    /// The objects of this release as well.
    pub release: Option<Box<Release>>,
    pub targets: Vec<ProbeTarget>,
    pub patience: u32,
}

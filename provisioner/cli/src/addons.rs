//! Everything that a run with addons needs from this machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_engine::{Driver, Events};
use provisioner_kube::{
    AddonsPlanner, ChartStore, Claim, HelmStore, KubeAction, KubeDriver, Library, Lock, Purpose,
    Secrets, Selection, Surroundings, Toolbox, target,
};

use crate::error::Error;
use crate::libraries;
use crate::place::Place;
use crate::program::Program;
use crate::site;

/// The addons of a cluster, and what they are installed with.
#[derive(Debug)]
pub(crate) struct Addons {
    /// The name of the cluster.
    pub(crate) cluster: String,
    pub(crate) surroundings: Arc<Surroundings>,
    pub(crate) library: Arc<Library>,
    pub(crate) selection: Selection,
    pub(crate) toolbox: Arc<Toolbox>,
    secrets: Secrets,
    force_conflicts: bool,
    prune: bool,
}

/// The versions of the addons that a spec enables, by name.
pub(crate) fn versions(
    program: &Program,
    cluster: &Surroundings,
) -> Result<BTreeMap<String, String>, Error> {
    let library = libraries::addons(program)?;
    let selection = Selection::of(cluster, &library)?;
    let version = |name: &String| Ok((name.clone(), library.get(name)?.version.clone()));
    selection.names().iter().map(version).collect()
}

/// The addons that a spec enables.
pub(crate) fn open(program: &Program, spec: &Utf8Path, place: Place) -> Result<Addons, Error> {
    let library = libraries::addons(program)?;
    let secrets = secrets(program, &place.surroundings, &library)?;
    open_with(program, spec, place, library, secrets)
}

/// The same for whoever shows or needs none of their secrets.
pub(crate) fn open_without_secrets(
    program: &Program,
    spec: &Utf8Path,
    place: Place,
) -> Result<Addons, Error> {
    open_with(program, spec, place, libraries::addons(program)?, Secrets::placeholders())
}

fn open_with(
    program: &Program,
    spec: &Utf8Path,
    place: Place,
    library: Library,
    secrets: Secrets,
) -> Result<Addons, Error> {
    let Place { name, surroundings, mirrors, bundle, entrance } = place;
    let charts = ChartStore {
        lock: Lock::open(library.known_charts(), lock_file(spec).as_deref())?,
        bundle: bundle.as_ref().map(|bundle| bundle.join("charts")),
        cache: program.environment.cache()?.join("charts"),
        mirrors: mirrors.clone(),
    };
    let in_bundle = bundle.map(|bundle| bundle.join("bin/helm")).filter(|helm| helm.exists());
    let helm = HelmStore::at_hand(program.environment.program("helm").or(in_bundle));
    let cache = program.environment.cache()?.join("helm");
    let helm = helm.fetching(library.pinned_helm()?, cache, mirrors)?;
    let toolbox = Toolbox::new(entrance, charts, library.assets().clone(), helm)?;
    Ok(Addons {
        cluster: name,
        selection: Selection::of(&surroundings, &library)?,
        surroundings: Arc::new(surroundings),
        library: Arc::new(library),
        toolbox: Arc::new(toolbox),
        secrets,
        force_conflicts: false,
        prune: false,
    })
}

impl Addons {
    /// Only those of these names, with what they need.
    pub(crate) fn only(self, names: &[String]) -> Result<Self, Error> {
        let selection = self.selection.only(names, &self.library)?;
        Ok(Self { selection, ..self })
    }

    pub(crate) fn forcing_conflicts(self, force_conflicts: bool) -> Self {
        Self { force_conflicts, ..self }
    }

    /// Those that the spec does not enable go.
    pub(crate) fn pruning(self, prune: bool) -> Self {
        Self { prune, ..self }
    }

    /// What `up` does with them.
    pub(crate) fn up(&self) -> Purpose {
        Purpose::Up { prune: self.prune }
    }

    pub(crate) fn planner(&self, purpose: Purpose, events: &Events) -> AddonsPlanner {
        AddonsPlanner::new(
            Arc::clone(&self.surroundings),
            Arc::clone(&self.library),
            self.selection.clone(),
            self.secrets.clone(),
            purpose,
            events.clone(),
        )
    }

    /// For a cluster that goes whether its API answers or not.
    pub(crate) fn lenient_driver(&self, claim: Claim) -> Arc<dyn Driver<KubeAction>> {
        Arc::new(KubeDriver::lenient(Arc::clone(&self.toolbox), claim))
    }

    pub(crate) fn driver(&self, claim: Claim) -> Arc<dyn Driver<KubeAction>> {
        Arc::new(KubeDriver::new(Arc::clone(&self.toolbox), claim, self.force_conflicts))
    }

    /// How events call them, in the order in which they are installed.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.selection.names().iter().map(|name| target(name)).collect()
    }
}

fn secrets(program: &Program, cluster: &Surroundings, library: &Library) -> Result<Secrets, Error> {
    let sources = library.secret_sources(cluster).into_iter();
    let values = sources.map(|source| {
        let value = site::secret(program, &source)?;
        Ok((source, value))
    });
    Ok(Secrets::new(values.collect::<Result<Vec<_>, Error>>()?))
}

/// Beside the spec, under its name. A spec from standard input has no place for it.
fn lock_file(spec: &Utf8Path) -> Option<Utf8PathBuf> {
    (spec != "-").then(|| spec.with_extension("lock.yaml"))
}

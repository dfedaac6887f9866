//! Spec and addons -> stages.

use std::collections::BTreeMap;
use std::sync::Arc;

use provisioner_engine::{Events, PlanError, Planner, Registered, Stage, Step, Task};
use semver::Version;

use super::action::{Action, step};
use super::steps::{Installing, fetches};
use super::{KubeAction, removal};
use crate::KubeError;
use crate::addon::{
    Content, Library, Manifest, Rendered, RenderedPart, Secrets, Selection, Surroundings, documents,
};
use crate::api::{Entry, Inventory, Reference};

/// What is in the cluster, and charts.
const INSPECT: &str = "inspect";
const ADDONS: &str = "addons";
const REMOVE: &str = "remove";
const BALANCERS: &str = "load balancers";

/// Whom the first stage asks; no addon has such a name.
const KUBERNETES: &str = "kubernetes";
pub(super) const VERSION: &str = "version";
pub(super) const INVENTORIES: &str = "inventories";
pub(super) const BALANCED: &str = "balanced";

/// What is done with addons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Those of the spec are as it says; in check mode, what that would change.
    Up {
        /// Those that are installed, and that the spec does not enable, go.
        prune: bool,
    },
    /// These go, or all that are installed where none is named.
    Down(Vec<String>),
    /// The cluster goes: first whatever has a load balancer outside of it, then all addons. An API that
    /// does not answer has nothing to remove.
    Vacate,
}

/// Plans what is done with the addons of a cluster.
#[derive(Debug)]
pub struct AddonsPlanner {
    cluster: Arc<Surroundings>,
    library: Arc<Library>,
    selection: Selection,
    secrets: Secrets,
    purpose: Purpose,
    events: Events,
    rendered: BTreeMap<String, Rendered>,
}

impl AddonsPlanner {
    pub fn new(
        cluster: Arc<Surroundings>,
        library: Arc<Library>,
        selection: Selection,
        secrets: Secrets,
        purpose: Purpose,
        events: Events,
    ) -> Self {
        for secret in secrets.values() {
            events.redactor().add(secret);
        }
        let rendered = BTreeMap::new();
        Self { cluster, library, selection, secrets, purpose, events, rendered }
    }

    /// The cluster is looked at, and what comes from elsewhere fetched, all at once.
    fn inspect(&mut self) -> Result<Stage<KubeAction>, KubeError> {
        let to_prune = self.only_prunes();
        let look = step("what is installed", KUBERNETES, Action::Look { to_prune });
        let mut steps = vec![look];
        if self.purpose == Purpose::Vacate {
            steps.push(step("what has a load balancer", KUBERNETES, Action::LookForBalancers));
        }
        let mut tasks = vec![task(KUBERNETES, Vec::new(), steps)];
        if matches!(self.purpose, Purpose::Up { .. }) {
            self.render()?;
            for rendered in self.rendered.values() {
                let steps = fetches(rendered);
                if !steps.is_empty() {
                    tasks.push(task(&target(&rendered.name), Vec::new(), steps));
                }
            }
        }
        Ok(stage(INSPECT, tasks))
    }

    fn render(&mut self) -> Result<(), KubeError> {
        for name in self.selection.names() {
            let addon = self.library.get(name)?;
            let rendered =
                Rendered::new(&self.cluster, &self.library, &self.selection, addon, &self.secrets)?;
            self.rendered.insert(name.clone(), rendered);
        }
        Ok(())
    }

    fn install(&self, registered: &Registered) -> Result<Stage<KubeAction>, PlanError> {
        let inventories = Self::inventories(registered)?;
        self.check_version(registered).map_err(|error| refused(&error))?;
        let mut tasks = Vec::new();
        for name in self.selection.names() {
            let Some(rendered) = self.rendered.get(name) else { continue };
            let definitions = definitions(rendered, registered).map_err(|error| refused(&error))?;
            let installed = inventories.iter().find(|inventory| inventory.addon == *name);
            let prunes = self.purpose == (Purpose::Up { prune: true });
            let installing = Installing { rendered, definitions: &definitions, installed, prunes };
            for Entry { object, .. } in installing.beside() {
                self.events.note(format!(
                    "the release {} of {name} stays beside the one that has taken its place; \
                     `up --prune` removes it",
                    object.name
                ));
            }
            let after = self.selection.before(name).iter().map(|name| target(name)).collect();
            tasks.push(task(&target(name), after, installing.steps()));
        }
        if self.purpose == (Purpose::Up { prune: false }) {
            for Inventory { addon, .. } in inventories.iter().filter(|one| self.is_dropped(one)) {
                self.events.note(format!(
                    "the addon {addon} is installed, and the spec does not enable it; `up --prune` or `addons \
                     down {addon}` removes it"
                ));
            }
        }
        Ok(stage(ADDONS, tasks))
    }

    /// Whether it is installed without being of the spec: neither chosen for this run nor left out of it.
    fn is_dropped(&self, inventory: &Inventory) -> bool {
        let name = &inventory.addon;
        let is_enabled = self.cluster.addons.get(name).is_some_and(|addon| addon.enabled);
        !is_enabled && !self.selection.contains(name)
    }

    fn remove(
        &self,
        is_meant: impl Fn(&Inventory) -> bool,
        registered: &Registered,
    ) -> Result<Stage<KubeAction>, PlanError> {
        let inventories = Self::inventories(registered)?;
        let gone: Vec<&Inventory> = inventories.iter().filter(|one| is_meant(one)).collect();
        let tasks = gone.iter().map(|inventory| {
            // Whoever needs it goes first.
            let dependents = gone.iter().filter(|other| {
                let addon = self.library.get(&other.addon);
                addon.is_ok_and(|addon| self.depends(&addon.name, &inventory.addon))
            });
            let after = dependents.map(|other| target(&other.addon)).collect();
            task(&target(&inventory.addon), after, removal::steps(inventory))
        });
        let tasks = tasks.collect();
        for inventory in &gone {
            if let Some(keeps) =
                self.library.get(&inventory.addon).ok().and_then(|addon| addon.keeps.clone())
            {
                self.events.note(format!("{} leaves: {}", inventory.addon, keeps.trim()));
            }
        }
        Ok(stage(REMOVE, tasks))
    }

    /// Nobody puts them back who knows of their end; what is in the way of one is in the way of it alone.
    fn let_go_of_balancers(registered: &Registered) -> Stage<KubeAction> {
        let text = registered.get(KUBERNETES, BALANCED).unwrap_or("[]");
        let balanced: Vec<Reference> = serde_json::from_str(text).unwrap_or_default();
        let tasks = balanced.into_iter().map(|object| {
            let target = object.to_string();
            let steps = vec![step("it is gone", KUBERNETES, Action::Delete(object))];
            task(&target, Vec::new(), steps)
        });
        stage(BALANCERS, tasks.collect())
    }

    /// Whether the spec enables no addon, so that there is only what it has dropped, if anything.
    fn only_prunes(&self) -> bool {
        self.purpose == (Purpose::Up { prune: true }) && self.selection.names().is_empty()
    }

    fn depends(&self, name: &str, on: &str) -> bool {
        let selected = self.selection.before(name).iter().any(|other| other == on);
        let needs = self.library.get(name).map(|addon| addon.needs.iter().any(|need| need == on));
        selected || needs.unwrap_or_default()
    }

    fn inventories(registered: &Registered) -> Result<Vec<Inventory>, PlanError> {
        let not_known =
            || PlanError::NotYetKnown { what: "what is installed in the cluster".to_owned() };
        let text = registered.get(KUBERNETES, INVENTORIES).ok_or_else(not_known)?;
        serde_json::from_str(text).map_err(|_| not_known())
    }

    fn check_version(&self, registered: &Registered) -> Result<(), KubeError> {
        let version =
            registered.get(KUBERNETES, VERSION).and_then(|text| Version::parse(text).ok());
        let Some(version) = version else { return Ok(()) };
        for name in self.selection.names() {
            let required = self.library.get(name)?.kubernetes.clone();
            // A pre-release, as some clouds name theirs, counts as its release.
            let plain = Version::new(version.major, version.minor, version.patch);
            if let Some(required) = required.filter(|required| !required.matches(&plain)) {
                return Err(KubeError::WrongVersion {
                    addon: name.clone(),
                    version: version.to_string(),
                    required: required.to_string(),
                });
            }
        }
        Ok(())
    }
}

impl Planner<KubeAction> for AddonsPlanner {
    fn stage_names(&self) -> Vec<String> {
        let is_idle = self.selection.names().is_empty();
        let names: &[&str] = match &self.purpose {
            Purpose::Up { prune: false } if is_idle => &[],
            Purpose::Up { prune: false } => &[INSPECT, ADDONS],
            Purpose::Up { prune: true } => &[INSPECT, ADDONS, REMOVE],
            Purpose::Down(_) => &[INSPECT, REMOVE],
            Purpose::Vacate => &[INSPECT, BALANCERS, REMOVE],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn plan(
        &mut self,
        stage: &str,
        registered: &Registered,
    ) -> Result<Stage<KubeAction>, PlanError> {
        if stage == INSPECT {
            return self.inspect().map_err(|error| refused(&error));
        }
        match &self.purpose {
            Purpose::Up { .. } if self.only_prunes() && Self::inventories(registered).is_err() => {
                Ok(self::stage(stage, Vec::new()))
            }
            Purpose::Up { .. } if stage == REMOVE => {
                self.remove(|one| self.is_dropped(one), registered)
            }
            Purpose::Up { .. } => self.install(registered),
            Purpose::Down(names) => {
                self.remove(|one| names.is_empty() || names.contains(&one.addon), registered)
            }
            Purpose::Vacate if stage == BALANCERS => Ok(Self::let_go_of_balancers(registered)),
            Purpose::Vacate => match self.remove(|_| true, registered) {
                Err(PlanError::NotYetKnown { .. }) => Ok(self::stage(REMOVE, Vec::new())),
                removal => removal,
            },
        }
    }

    /// A cluster goes, whatever of it does not.
    fn targets_are_independent(&self) -> bool {
        self.purpose == Purpose::Vacate
    }
}

/// The kinds that the charts of an addon define, and what others publish, by part; registered when it was
/// fetched.
fn definitions(
    rendered: &Rendered,
    registered: &Registered,
) -> Result<BTreeMap<String, Vec<Manifest>>, KubeError> {
    let mut all = BTreeMap::new();
    let is_ours = |part: &&RenderedPart| matches!(part.content, Content::Manifests(_));
    for part in rendered.parts.iter().filter(|part| !is_ours(part)) {
        let text = registered.get(&target(&rendered.name), &part.name).unwrap_or_default();
        all.insert(part.name.clone(), documents("crds".into(), text)?);
    }
    Ok(all)
}

/// How events call an addon: apart from the hosts.
pub fn target(addon: &str) -> String {
    format!("addon/{addon}")
}

fn task(target: &str, after: Vec<String>, steps: Vec<Step<KubeAction>>) -> Task<KubeAction> {
    Task { target: target.to_owned(), after, steps }
}

fn stage(name: &str, tasks: Vec<Task<KubeAction>>) -> Stage<KubeAction> {
    Stage { name: name.to_owned(), tasks }
}

fn refused(error: &KubeError) -> PlanError {
    PlanError::Invalid { message: error.to_string(), hint: error.hint() }
}

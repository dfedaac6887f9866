//! Spec, facts and playbooks -> stages.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use provisioner_engine::{Events, Mode, PlanError, Planner, Registered, Stage, Task};
use provisioner_pki::{BootstrapToken, ClusterPki, bootstrap_token};
use provisioner_playbook::{Blob, Playbook, Target};
use provisioner_spec::{Host, Role};
use serde_json::Value;

use crate::action::Question;
use crate::context::{Join, Known};
use crate::facts::Window;
use crate::inventory::{Inventory, question};
use crate::preflight::{Finding, Input, Probe, Severity, Supply, check, tasks};
use crate::{HostAction, HostsError, Site, images};

const CONNECT: &str = "connect";
const LISTEN: &str = "listen";
const PROBE: &str = "probe";
const RELEASE: &str = "release";

/// Ten years, as kubeadm's own authorities.
const CA_LIFETIME: std::time::Duration = std::time::Duration::from_secs(10 * 365 * 24 * 3600);
/// Revoked at the end of the run; this is for a run that has none.
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(2);

/// How far a run goes, and how much it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Facts and probes, nothing else.
    Preflight,
    Up { ignore_findings: bool },
}

pub(crate) struct HostsPlanner {
    site: Arc<Site>,
    mode: Mode,
    purpose: Purpose,
    run: String,
    events: Events,
    asked: Option<Timestamp>,
    inventory: Option<Inventory>,
    probes: BTreeMap<String, Probe>,
    /// Made when the first stage is planned that needs it.
    secrets: Option<Secrets>,
    checked: bool,
    findings: Arc<Mutex<Vec<Finding>>>,
}

/// What a run brings along for the cluster: its authorities, and a token to join with.
struct Secrets {
    pki: ClusterPki,
    join: Join,
}

impl HostsPlanner {
    pub(crate) fn new(site: Arc<Site>, mode: Mode, purpose: Purpose, run: String, events: Events) -> Self {
        Self {
            site,
            mode,
            purpose,
            run,
            events,
            asked: None,
            inventory: None,
            probes: BTreeMap::new(),
            secrets: None,
            checked: false,
            findings: Arc::default(),
        }
    }

    /// What preflight has found, once it has looked.
    pub(crate) fn findings(&self) -> Arc<Mutex<Vec<Finding>>> {
        Arc::clone(&self.findings)
    }

    fn connect(&mut self) -> Stage<HostAction> {
        self.asked = Some(Timestamp::now());
        let ask = |host: &Host| ask(host, "its facts", question(host));
        stage(CONNECT, self.site.cluster.all_hosts().map(ask).collect())
    }

    /// Hosts look at one another where something is to be built, not where all of it stands.
    fn is_probed(&self) -> bool {
        match self.purpose {
            Purpose::Preflight => true,
            Purpose::Up { .. } => self.mode == Mode::Apply && !self.all_joined(),
        }
    }

    fn all_joined(&self) -> bool {
        self.inventory.as_ref().is_some_and(|inventory| inventory.all_joined(&self.site.cluster))
    }

    fn probe_stage(&self, name: &str) -> Result<Stage<HostAction>, PlanError> {
        let mut planned = Vec::new();
        if !self.is_probed() {
            return Ok(stage(name, planned));
        }
        let needed = images::needed(&self.site.cluster, self.site.bundle.as_ref());
        let tasks = self.with_input(&needed, |input| tasks(input));
        for (host, task) in tasks {
            let Some(host) = self.site.cluster.host(&host) else { continue };
            let script = match name {
                LISTEN => task.listen_script(),
                PROBE => task.probe_script().map_err(|error| invalid(&error))?,
                _ => task.end_script(),
            };
            let about = match name {
                LISTEN => "ports are open for the others to try",
                PROBE => "the other hosts and addresses are as they should be",
                _ => "the ports are free again",
            };
            let name = if name == LISTEN { LISTEN } else { PROBE };
            planned.push(ask(host, about, Question { name, script, timeout_seconds: 30 }));
        }
        Ok(stage(name, planned))
    }

    fn read_probes(&mut self, registered: &Registered) {
        for name in [LISTEN, PROBE] {
            for (host, answer) in registered.all(name) {
                self.probes.entry(host.to_owned()).or_default().read(answer);
            }
        }
    }

    fn with_input<T>(&self, images: &[String], use_it: impl FnOnce(&Input<'_>) -> T) -> T {
        let supply = self.site.bundle.as_ref().map(|bundle| Supply {
            version: bundle.manifest().kubernetes_version.clone(),
            architecture: bundle.manifest().architecture.as_str().to_owned(),
            images: bundle.images().iter().flat_map(|image| image.references.clone()).collect(),
        });
        let none = BTreeMap::new();
        let facts = self.inventory.as_ref().map_or(&none, |inventory| &inventory.facts);
        use_it(&Input {
            cluster: &self.site.cluster,
            facts,
            probes: &self.probes,
            images,
            bundle: supply.as_ref(),
        })
    }

    /// Refuses to go on where something is wrong; where the cluster stands already, or nothing is
    /// changed, it is only said.
    fn check(&mut self) -> Result<(), PlanError> {
        if std::mem::replace(&mut self.checked, true) {
            return Ok(());
        }
        let needed = images::needed(&self.site.cluster, self.site.bundle.as_ref());
        let findings = self.with_input(&needed, check);
        let errors: Vec<String> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| format!("{}: {}", finding.hosts.join(", "), finding.message))
            .collect();
        let tolerated = self.mode == Mode::Check
            || self.purpose == Purpose::Preflight
            || self.purpose == Purpose::Up { ignore_findings: true }
            || self.all_joined();
        if self.purpose != Purpose::Preflight {
            for finding in &findings {
                self.events.note(format!("preflight {}: {}: {}", finding.severity, finding.hosts.join(", "), finding.message));
            }
        }
        *self.findings.lock().unwrap_or_else(PoisonError::into_inner) = findings;
        if tolerated || errors.is_empty() {
            return Ok(());
        }
        Err(PlanError::Invalid {
            message: format!("preflight refuses: {}", errors.join("; ")),
            hint: Some("`provisioner preflight` shows each with its remedy".into()),
        })
    }

    /// The authorities that a control plane has, or new ones; and the run's own token.
    fn secrets(&mut self, inventory: &Inventory) -> Result<(), HostsError> {
        if self.secrets.is_some() {
            return Ok(());
        }
        let pki = match inventory.pki(&self.site.cluster)? {
            Some(pki) => pki,
            None => ClusterPki::generate(Timestamp::now(), CA_LIFETIME)?,
        };
        let token = bootstrap_token()?;
        let join = self.join(&token, inventory);
        let redactor = self.events.redactor();
        for file in pki.files().iter().filter(|file| file.secret) {
            redactor.add(&file.contents);
        }
        for secret in [&token.secret, &join.token, &join.manifest] {
            redactor.add(secret);
        }
        self.secrets = Some(Secrets { pki, join });
        Ok(())
    }

    fn join(&self, token: &BootstrapToken, inventory: &Inventory) -> Join {
        let expiration = Timestamp::now() + TOKEN_LIFETIME;
        Join {
            needed: !inventory.all_joined(&self.site.cluster),
            token_id: token.id.clone(),
            token: token.token(),
            manifest: token.manifest(expiration),
        }
    }

    fn playbook_stage(&mut self, name: &str, registered: &Registered) -> Result<Stage<HostAction>, PlanError> {
        let definition = self.site.library.stages().iter().find(|stage| stage.name == name);
        let needs = definition.map(|stage| stage.needs.clone()).unwrap_or_default();
        for need in needs {
            if registered.all(&need).next().is_none() {
                return Err(PlanError::NotYetKnown { what: need });
            }
        }
        let inventory = self.inventory.take().unwrap_or_default();
        let made = self.secrets(&inventory);
        let planned = made.map_err(|error| invalid(&error)).and_then(|()| self.tasks(name, &inventory, registered));
        self.inventory = Some(inventory);
        planned.map(|tasks| stage(name, tasks))
    }

    fn tasks(
        &self,
        stage: &str,
        inventory: &Inventory,
        registered: &Registered,
    ) -> Result<Vec<Task<HostAction>>, PlanError> {
        let Some(secrets) = &self.secrets else { return Ok(Vec::new()) };
        let cluster = &self.site.cluster;
        let blobs = self.blobs();
        let known = Known {
            cluster,
            bundle: self.site.bundle.as_ref(),
            inventory,
            pki: &secrets.pki,
            join: &secrets.join,
            registered: registered_values(self.site.library.stages(), registered),
            run: &self.run,
        };
        let first = inventory.first_control_plane(cluster);
        let mut tasks: Vec<Task<HostAction>> = Vec::new();
        for host in cluster.all_hosts().filter(|host| inventory.facts.contains_key(&host.name)) {
            let context = known.context(host).map_err(|error| invalid(&error))?;
            let mut task = Task { target: host.name.clone(), after: Vec::new(), steps: Vec::new() };
            for playbook in self.site.library.playbooks_of(stage).filter(|playbook| is_for(playbook, host, first)) {
                let steps = self.site.library.steps(playbook, &context, &blobs);
                task.steps.extend(steps.map_err(|error| invalid(&error))?.into_iter().map(engine_step));
                if playbook.serial && !inventory.has_joined(host) {
                    task.after.extend(self.before(host, playbook, inventory, first));
                }
            }
            if !task.steps.is_empty() {
                tasks.push(task);
            }
        }
        Ok(tasks)
    }

    /// The host before this one among those that the playbook still has to change.
    fn before(
        &self,
        host: &Host,
        playbook: &Playbook,
        inventory: &Inventory,
        first: Option<&Host>,
    ) -> Option<String> {
        let earlier = self.site.cluster.all_hosts().take_while(|other| other.name != host.name);
        let waiting = earlier.filter(|other| is_for(playbook, other, first) && !inventory.has_joined(other));
        waiting.last().map(|other| other.name.clone())
    }

    fn blobs(&self) -> BTreeMap<String, Blob> {
        let files = self.site.bundle.iter().flat_map(|bundle| &bundle.manifest().files);
        files
            .map(|file| (file.path.to_string(), Blob { sha256: file.sha256.clone(), size: file.size }))
            .collect()
    }
}

impl Planner<HostAction> for HostsPlanner {
    fn stage_names(&self) -> Vec<String> {
        let probing = [CONNECT, LISTEN, PROBE, RELEASE].into_iter().map(str::to_owned);
        let playbooks = self.site.library.stages().iter().map(|stage| stage.name.clone());
        match self.purpose {
            Purpose::Preflight => probing.collect(),
            Purpose::Up { .. } => probing.chain(playbooks).collect(),
        }
    }

    fn plan(&mut self, stage: &str, registered: &Registered) -> Result<Stage<HostAction>, PlanError> {
        if stage == CONNECT {
            return Ok(self.connect());
        }
        if self.inventory.is_none() {
            let received = Timestamp::now();
            let window = Window { sent: self.asked.unwrap_or(received), received };
            self.inventory = Some(Inventory::read(&self.site.cluster, registered, window));
        }
        self.read_probes(registered);
        if [LISTEN, PROBE, RELEASE].contains(&stage) {
            return self.probe_stage(stage);
        }
        self.check()?;
        self.playbook_stage(stage, registered)
    }
}

impl HostsPlanner {
    /// The findings of a run that ends with the probes.
    pub(crate) fn conclude(&mut self, registered: &Registered) {
        self.read_probes(registered);
        // With this purpose nothing is refused.
        let _ = self.check();
    }

    pub(crate) fn reached(&self) -> usize {
        self.inventory.as_ref().map_or(0, |inventory| inventory.facts.len())
    }
}

/// What any stage's `needs` names, as JSON where it is JSON.
fn registered_values(
    stages: &[provisioner_playbook::StageDefinition],
    registered: &Registered,
) -> BTreeMap<String, Value> {
    let names = stages.iter().flat_map(|stage| &stage.needs);
    names
        .filter_map(|name| {
            let (_, text) = registered.all(name).next()?;
            let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.trim()));
            Some((name.clone(), value))
        })
        .collect()
}

fn is_for(playbook: &Playbook, host: &Host, first: Option<&Host>) -> bool {
    let is_first = first.is_some_and(|first| first.name == host.name);
    playbook.hosts.iter().any(|target| match target {
        Target::ControlPlane => host.role == Role::ControlPlane,
        Target::FirstControlPlane => is_first,
        Target::OtherControlPlanes => host.role == Role::ControlPlane && !is_first,
        Target::Worker => host.role == Role::Worker,
        Target::Edge => host.role == Role::Edge,
    })
}

fn engine_step(step: provisioner_playbook::Step) -> provisioner_engine::Step<HostAction> {
    provisioner_engine::Step {
        name: step.name.clone(),
        playbook: step.playbook.clone(),
        action: HostAction::Playbook(Box::new(step)),
    }
}

fn ask(host: &Host, about: &str, question: Question) -> Task<HostAction> {
    let step = provisioner_engine::Step {
        name: about.to_owned(),
        playbook: "preflight".to_owned(),
        action: HostAction::Ask(question),
    };
    Task { target: host.name.clone(), after: Vec::new(), steps: vec![step] }
}

fn stage(name: &str, tasks: Vec<Task<HostAction>>) -> Stage<HostAction> {
    Stage { name: name.to_owned(), tasks }
}

fn invalid(error: &dyn std::error::Error) -> PlanError {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    PlanError::Invalid { message, hint: None }
}


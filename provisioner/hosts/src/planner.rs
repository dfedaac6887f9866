//! Spec, facts and playbooks -> stages.

mod operating;
mod probing;
mod removal;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use provisioner_engine::{Events, Mode, PlanError, Planner, Registered, Stage, Task};
use provisioner_playbook::{Blob, Playbook, PlaybookError, Serial, StageDefinition, Target};
use provisioner_spec::{Host, Role};
use serde_json::Value;

use crate::action::Question;
use crate::context::Known;
use crate::facts::Window;
use crate::inventory::{Inventory, endpoint_name, question, registry_name};
use crate::leaving::Leaving;
use crate::moving::Moving;
use crate::preflight::{self, Finding, Probe};
use crate::secrets::Secrets;
use crate::{HostAction, HostsError, LocalFile, Operation, Site};

pub(crate) use removal::{with, without};

const CONNECT: &str = "connect";
const LISTEN: &str = "listen";
const PROBE: &str = "probe";
const RELEASE: &str = "release";
/// What the survey of the cluster's nodes is registered as.
const NODES: &str = "nodes";

/// How far a run goes, and how much it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Facts and probes, nothing else.
    Preflight,
    Up {
        ignore_findings: bool,
    },
    /// Something is done to a cluster that stands.
    Operate(Operation),
    /// Everything that was done is undone.
    Down,
    /// One host leaves.
    Remove,
}

pub(crate) struct HostsPlanner {
    site: Arc<Site>,
    /// Those of the playbooks.
    stages: Vec<StageDefinition>,
    /// Who is removed from the site, in a run for that.
    leaving: Option<Leaving>,
    mode: Mode,
    purpose: Purpose,
    run: String,
    events: Events,
    asked: Option<Timestamp>,
    inventory: Option<Inventory>,
    /// The endpoint changes in this run.
    moving: Option<Moving>,
    /// The facts have been asked for anew, and not been read yet.
    asked_again: bool,
    probes: BTreeMap<String, Probe>,
    /// What the run brings along beside the bundle, by name.
    files: BTreeMap<String, Blob>,
    /// Made when the first stage is planned that needs it.
    secrets: Option<Secrets>,
    checked: bool,
    /// What was refused once is not planned.
    refused: bool,
    /// Errors of preflight end it in check mode as well.
    is_preview: bool,
    findings: Arc<Mutex<Vec<Finding>>>,
}

impl HostsPlanner {
    pub(crate) fn new(
        site: Arc<Site>,
        mode: Mode,
        purpose: Purpose,
        run: String,
        events: Events,
    ) -> Result<Self, PlaybookError> {
        let stages = match purpose {
            Purpose::Preflight => &[],
            Purpose::Up { .. } => site.library.stages(),
            Purpose::Operate(operation) => site.library.stages_of(operation.name())?,
            Purpose::Down => site.library.stages_of("down")?,
            Purpose::Remove => site.library.stages_of("remove")?,
        };
        Ok(Self {
            stages: stages.to_vec(),
            leaving: None,
            site,
            mode,
            purpose,
            run,
            events,
            asked: None,
            inventory: None,
            moving: None,
            asked_again: false,
            probes: BTreeMap::new(),
            files: BTreeMap::new(),
            secrets: None,
            checked: false,
            refused: false,
            is_preview: false,
            findings: Arc::default(),
        })
    }

    /// Files of this machine that steps may name.
    pub(crate) fn bring_files(&mut self, files: &BTreeMap<String, LocalFile>) {
        let blob = |file: &LocalFile| Blob { sha256: file.sha256.clone(), size: file.size };
        self.files = files.iter().map(|(name, file)| (name.clone(), blob(file))).collect();
    }

    /// Ends in check mode too where preflight would not let a run begin that changes something.
    pub(crate) fn refuse_in_check_mode(&mut self) {
        self.is_preview = true;
    }

    fn connect(&mut self) -> Stage<HostAction> {
        self.asked = Some(Timestamp::now());
        let cluster = &self.site.cluster;
        // A resolver that is silent costs seconds, so only whoever asks for everything waits for it.
        let is_asked = self.purpose == Purpose::Preflight && self.site.bundle.is_none();
        let registry = if is_asked { registry_name(cluster) } else { None };
        let builds = matches!(self.purpose, Purpose::Preflight | Purpose::Up { .. });
        let endpoint = if builds { endpoint_name(cluster) } else { None };
        let names: Vec<String> = registry.into_iter().chain(endpoint).collect();
        let holds_lock = self.mode == Mode::Apply;
        let ask = |host: &Host| {
            let mut question = question(host, &names);
            if holds_lock {
                // Nobody else is at work: who still listens was left by a run that was killed.
                question.script.insert_str(0, &preflight::Task::default().end_script());
            }
            ask(host, "its facts", question)
        };
        stage(CONNECT, self.asked_hosts().into_iter().map(ask).collect())
    }

    fn read_facts(&mut self, registered: &Registered) {
        let received = Timestamp::now();
        let window = Window { sent: self.asked.unwrap_or(received), received };
        let inventory = Inventory::read(self.everybody(), registered, window);
        self.moving = if std::mem::take(&mut self.asked_again) {
            // Everything leads to the endpoint of the spec by now; in a plan, it would.
            self.moving.take().map(|_| Moving::default())
        } else {
            Moving::of(&self.site.cluster, &inventory)
        };
        self.inventory = Some(inventory);
    }

    fn playbook_stage(
        &mut self,
        name: &str,
        registered: &Registered,
    ) -> Result<Stage<HostAction>, PlanError> {
        let definition = self.stages.iter().find(|stage| stage.name == name);
        let Some(definition) = definition else { return Ok(stage_without_tasks(name)) };
        for need in &definition.needs {
            if registered.all(need).next().is_none() {
                return Err(PlanError::NotYetKnown { what: need.clone() });
            }
        }
        if definition.needs.iter().any(|need| need == NODES) {
            self.tell_surplus(registered);
        }
        let none = Inventory::default();
        let inventory = self.inventory.as_ref().unwrap_or(&none);
        let brings_secrets = matches!(self.purpose, Purpose::Up { .. } | Purpose::Operate(_));
        if self.secrets.is_none() && brings_secrets {
            self.secrets = Some(self.bring(inventory).map_err(|error| refused(&error))?);
        }
        let tasks = self.tasks(definition, inventory, self.secrets.as_ref(), registered)?;
        self.asked_again = definition.asks_again && !tasks.is_empty();
        Ok(stage(name, tasks))
    }

    fn bring(&self, inventory: &Inventory) -> Result<Secrets, HostsError> {
        let cluster = &self.site.cluster;
        let mut secrets = Secrets::new(inventory, cluster)?;
        secrets.etcd.clone_from(&self.site.etcd);
        if self.purpose == Purpose::Operate(Operation::RenewCertificates) {
            secrets.sign_kubelets(cluster)?;
        }
        if self.purpose == Purpose::Operate(Operation::RotateEncryptionKey)
            && let Some(keys) = &mut secrets.encryption
        {
            keys.rotate()?;
        }
        secrets.conceal(self.events.redactor());
        Ok(secrets)
    }

    fn tasks(
        &self,
        stage: &StageDefinition,
        inventory: &Inventory,
        secrets: Option<&Secrets>,
        registered: &Registered,
    ) -> Result<Vec<Task<HostAction>>, PlanError> {
        let cluster = self.party(stage);
        let blobs = self.blobs();
        let known = Known {
            cluster,
            bundle: self.site.bundle.as_ref(),
            inventory,
            secrets,
            moving: self.moving.as_ref(),
            leaving: self.leaving.as_ref(),
            registered: registered_values(&self.stages, registered),
            run: &self.run,
        };
        let first = inventory.first_control_plane(cluster);
        let mut tasks: Vec<Task<HostAction>> = Vec::new();
        for host in self.concerned(stage, inventory) {
            let context = known.context(host).map_err(|error| refused(&error))?;
            if !self
                .site
                .library
                .is_wanted(stage, &context)
                .map_err(|error| invalid(&error, None))?
            {
                continue;
            }
            if stage.asks_again {
                tasks.push(ask(host, "its facts", question(host, &[])));
                continue;
            }
            let mut task = Task { target: host.name.clone(), after: Vec::new(), steps: Vec::new() };
            for playbook in self
                .site
                .library
                .playbooks_in(stage)
                .filter(|playbook| is_for(playbook, host, first))
            {
                let steps = self.site.library.steps(playbook, &context, &blobs);
                task.steps.extend(
                    steps.map_err(|error| invalid(&error, None))?.into_iter().map(engine_step),
                );
                task.after.extend(self.before(host, playbook, inventory, first));
            }
            if !task.steps.is_empty() {
                tasks.push(task);
            }
        }
        Ok(tasks)
    }

    /// The host that this one waits for: the one before it among those that the playbook has an order
    /// for, or, where several may be changed at once, the one that many places before it.
    fn before(
        &self,
        host: &Host,
        playbook: &Playbook,
        inventory: &Inventory,
        first: Option<&Host>,
    ) -> Option<String> {
        let cluster = &self.site.cluster;
        let earlier = cluster.all_hosts().take_while(|other| other.name != host.name);
        let mut waiting: Vec<&Host> =
            earlier.filter(|other| is_for(playbook, other, first)).collect();
        let at_once = match playbook.serial {
            Serial::No => return None,
            Serial::Always => 1,
            Serial::Rolling => cluster.kubernetes.upgrade.max_unavailable as usize,
            Serial::Joining if inventory.has_joined(host) => return None,
            Serial::Joining => {
                waiting.retain(|other| !inventory.has_joined(other));
                1
            }
        };
        waiting.iter().rev().nth(at_once.saturating_sub(1)).map(|other| other.name.clone())
    }

    fn blobs(&self) -> BTreeMap<String, Blob> {
        let files = self.site.bundle.iter().flat_map(|bundle| &bundle.manifest().files);
        let own = self.files.iter().map(|(name, blob)| (name.clone(), blob.clone()));
        files
            .map(|file| {
                (file.path.to_string(), Blob { sha256: file.sha256.clone(), size: file.size })
            })
            .chain(own)
            .collect()
    }
}

impl Planner<HostAction> for HostsPlanner {
    fn stage_names(&self) -> Vec<String> {
        let probing = [CONNECT, LISTEN, PROBE, RELEASE].into_iter().map(str::to_owned);
        let playbooks = self.stages.iter().map(|stage| stage.name.clone());
        match self.purpose {
            Purpose::Preflight | Purpose::Up { .. } => probing.chain(playbooks).collect(),
            Purpose::Operate(_) | Purpose::Down | Purpose::Remove => {
                std::iter::once(CONNECT.to_owned()).chain(playbooks).collect()
            }
        }
    }

    fn targets_are_independent(&self) -> bool {
        self.purpose == Purpose::Down
    }

    fn plan(
        &mut self,
        stage: &str,
        registered: &Registered,
    ) -> Result<Stage<HostAction>, PlanError> {
        if stage == CONNECT {
            return Ok(self.connect());
        }
        if self.inventory.is_none() || self.asked_again {
            self.read_facts(registered);
        }
        self.read_probes(registered);
        if let Some(probing) = [LISTEN, PROBE, RELEASE].into_iter().find(|name| *name == stage) {
            return self.probe_stage(probing);
        }
        if self.refused {
            return Ok(stage_without_tasks(stage));
        }
        match self.purpose {
            Purpose::Down | Purpose::Remove => self.only_ours()?,
            Purpose::Preflight | Purpose::Up { .. } | Purpose::Operate(_) => self.check()?,
        }
        self.playbook_stage(stage, registered)
    }
}

/// What any stage's `needs` names, as JSON where it is JSON.
fn registered_values(
    stages: &[StageDefinition],
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

/// Whether a playbook is for a host, given the control plane that the others follow.
pub(crate) fn is_for(playbook: &Playbook, host: &Host, first: Option<&Host>) -> bool {
    let is_first = first.is_some_and(|first| first.name == host.name);
    playbook.hosts.iter().any(|target| match target {
        Target::ControlPlane => host.role == Role::ControlPlane,
        Target::FirstControlPlane => is_first,
        Target::OtherControlPlanes => host.role == Role::ControlPlane && !is_first,
        Target::Worker => host.role == Role::Worker,
        Target::Edge => host.role == Role::Edge,
        Target::LoadBalancer => host.role == Role::LoadBalancer,
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

fn stage_without_tasks(name: &str) -> Stage<HostAction> {
    stage(name, Vec::new())
}

fn stage(name: &str, tasks: Vec<Task<HostAction>>) -> Stage<HostAction> {
    Stage { name: name.to_owned(), tasks }
}

fn refused(error: &HostsError) -> PlanError {
    invalid(error, error.hint())
}

fn invalid(error: &dyn std::error::Error, hint: Option<String>) -> PlanError {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        if !message.contains(&said) {
            message = format!("{message}: {said}");
        }
        source = cause.source();
    }
    PlanError::Invalid { message, hint }
}

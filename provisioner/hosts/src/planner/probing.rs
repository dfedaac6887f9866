//! What hosts find out about one another, and whether a run may begin on them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use provisioner_engine::{Mode, PlanError, Registered, Stage, Task};
use provisioner_spec::Host;

use super::{HostsPlanner, LISTEN, PROBE, Purpose, RELEASE, ask, invalid, stage};
use crate::action::Question;
use crate::preflight::{self, Finding, Input, Severity, Supply, check, tasks};
use crate::{HostAction, images};

const TIMEOUT_SECONDS: u32 = 30;
const SHOWN: &str = "`provisioner preflight` shows each with its remedy";

impl HostsPlanner {
    /// What preflight has found, once it has looked.
    pub(crate) fn findings(&self) -> Arc<Mutex<Vec<Finding>>> {
        Arc::clone(&self.findings)
    }

    /// How many hosts have told their facts.
    pub(crate) fn reached(&self) -> usize {
        self.inventory.as_ref().map_or(0, |inventory| inventory.facts.len())
    }

    /// The findings of a run that ends with the probes.
    pub(crate) fn conclude(&mut self, registered: &Registered) {
        self.read_probes(registered);
        self.look();
    }

    pub(super) fn probe_stage(&self, name: &'static str) -> Result<Stage<HostAction>, PlanError> {
        if !self.is_probed() {
            return Ok(stage(name, Vec::new()));
        }
        let tasks = self.with_input(tasks);
        let hosts = self.site.cluster.all_hosts();
        let planned = hosts.filter_map(|host| Some((host, tasks.get(&host.name)?)));
        let planned: Result<Vec<_>, _> =
            planned.map(|(host, task)| self.probe_task(name, host, task)).collect();
        planned.map(|tasks| stage(name, tasks))
    }

    pub(super) fn read_probes(&mut self, registered: &Registered) {
        self.probes.clear();
        for name in [LISTEN, PROBE, RELEASE] {
            for (host, answer) in registered.all(name) {
                self.probes.entry(host.to_owned()).or_default().read(answer);
            }
        }
    }

    /// Refuses to go on where something is wrong; where the cluster stands already, or nothing is
    /// changed, it is only said.
    pub(super) fn check(&mut self) -> Result<(), PlanError> {
        if std::mem::replace(&mut self.checked, true) {
            return Ok(());
        }
        if let Purpose::Operate(operation) = self.purpose {
            return self.check_operation(operation);
        }
        let findings = self.look();
        for finding in &findings {
            self.events.note(format!("preflight {}: {}", finding.severity, told(finding)));
        }
        let tolerated = (self.mode == Mode::Check && !self.is_preview)
            || self.purpose == Purpose::Up { ignore_findings: true }
            || self.all_joined();
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        let refusing = errors.filter(|finding| !tolerated || finding.is_final());
        let refusing: Vec<&Finding> = refusing.collect();
        let Some(first) = refusing.first() else { return Ok(()) };
        self.refused = true;
        let hint = if first.is_final() { first.remedy } else { SHOWN };
        let errors: Vec<String> = refusing.iter().map(|finding| told(finding)).collect();
        let message = format!("preflight refuses: {}", errors.join("; "));
        Err(PlanError::Invalid { message, hint: Some(hint.into()) })
    }

    fn look(&self) -> Vec<Finding> {
        let findings = self.with_input(check);
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&findings);
        findings
    }

    fn probe_task(
        &self,
        name: &'static str,
        host: &Host,
        task: &preflight::Task,
    ) -> Result<Task<HostAction>, PlanError> {
        let (about, script) = match name {
            LISTEN => ("ports are open for the others to try", task.listen_script()),
            PROBE => {
                let script = task
                    .probe_script(self.site.etcd.as_ref())
                    .map_err(|error| invalid(&error, None))?;
                ("the other hosts and addresses are as they should be", script)
            }
            _ => ("the ports are free again", task.end_script()),
        };
        Ok(ask(host, about, Question { name, script, timeout_seconds: TIMEOUT_SECONDS }))
    }

    /// Hosts look at one another where something is to be built, not where all of it stands.
    fn is_probed(&self) -> bool {
        match self.purpose {
            Purpose::Preflight => true,
            Purpose::Up { .. } => self.mode == Mode::Apply && !self.all_joined(),
            Purpose::Operate(_) | Purpose::Down | Purpose::Remove => false,
        }
    }

    fn all_joined(&self) -> bool {
        self.inventory.as_ref().is_some_and(|inventory| inventory.all_joined(&self.site.cluster))
    }

    pub(super) fn with_input<T>(&self, use_it: impl FnOnce(&Input<'_>) -> T) -> T {
        let bundle = self.site.bundle.as_ref();
        let supply = bundle.map(|bundle| Supply {
            version: bundle.manifest().kubernetes_version.clone(),
            architecture: bundle.manifest().architecture.as_str().to_owned(),
            images: bundle.images().iter().flat_map(|image| image.references.clone()).collect(),
        });
        let images = images::needed(&self.site.cluster, bundle);
        let none = BTreeMap::new();
        use_it(&Input {
            cluster: &self.site.cluster,
            facts: self.inventory.as_ref().map_or(&none, |inventory| &inventory.facts),
            probes: &self.probes,
            images: &images,
            bundle: supply.as_ref(),
        })
    }
}

pub(super) fn told(finding: &Finding) -> String {
    if finding.hosts.is_empty() {
        return finding.message.clone();
    }
    format!("{}: {}", finding.hosts.join(", "), finding.message)
}

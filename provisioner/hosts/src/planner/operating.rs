//! Whether an operation may begin on a cluster that stands.

use std::sync::PoisonError;

use provisioner_engine::PlanError;
use semver::Version;

use super::HostsPlanner;
use super::probing::told;
use crate::preflight::{Finding, Severity, check};
use crate::{Operation, upgrade_path};

impl HostsPlanner {
    /// Refuses where something is missing that the operation stands on.
    pub(super) fn check_operation(&mut self, operation: Operation) -> Result<(), PlanError> {
        let mut findings = match operation {
            Operation::RestoreEtcd if self.site.cluster.external_etcd().is_some() => elsewhere(),
            Operation::RestoreEtcd => self.any_member(),
            Operation::Upgrade | Operation::RenewCertificates | Operation::RotateEncryptionKey => {
                self.members()
            }
        };
        if operation == Operation::RotateEncryptionKey && findings.is_empty() {
            findings = self.encryption();
        }
        if operation == Operation::Upgrade && findings.is_empty() {
            findings = self.path();
        }
        if operation != Operation::RestoreEtcd && findings.is_empty() {
            findings = self.clocks();
        }
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&findings);
        let Some(first) = findings.first() else { return Ok(()) };
        self.refused = true;
        let hint = Some(first.remedy.to_owned());
        let errors: Vec<String> = findings.iter().map(told).collect();
        Err(PlanError::Invalid { message: errors.join("; "), hint })
    }

    /// Hosts that are not yet, or not any more, part of the cluster.
    fn members(&self) -> Vec<Finding> {
        let Some(inventory) = &self.inventory else { return Vec::new() };
        let hosts = self.site.cluster.nodes();
        let missing = hosts.filter(|host| !inventory.has_joined(host));
        let missing: Vec<String> = missing.map(|host| host.name.clone()).collect();
        if missing.is_empty() {
            return Vec::new();
        }
        let message = format!("no node of the cluster {} yet", self.site.cluster.name);
        vec![Finding {
            check: "members",
            severity: Severity::Error,
            hosts: missing,
            message,
            remedy: "`provisioner up` makes it one; a host that is gone has to leave the spec",
        }]
    }

    /// For what begins with those that there are: the others are named, and are none's business here.
    fn any_member(&self) -> Vec<Finding> {
        let missing = self.members();
        let control_planes = self.site.cluster.control_planes();
        let is_missing = |name: &String| missing.iter().any(|one| one.hosts.contains(name));
        if control_planes.iter().all(|host| is_missing(&host.name)) {
            return missing;
        }
        for finding in &missing {
            self.events.note(format!("left out: {}", told(finding)));
        }
        Vec::new()
    }

    /// Where secrets are not encrypted, there is no key to be replaced.
    fn encryption(&self) -> Vec<Finding> {
        let mut facts = self.inventory.iter().flat_map(|inventory| inventory.facts.values());
        let is_there = facts.any(|facts| facts.pki.contains_key(crate::encryption::FILE));
        if self.site.cluster.security.encryption.enabled && is_there {
            return Vec::new();
        }
        vec![Finding {
            check: "encryption",
            severity: Severity::Error,
            hosts: Vec::new(),
            message: "secrets are not encrypted in this cluster".to_owned(),
            remedy: "set `security.encryption.enabled: true` and run `provisioner up`",
        }]
    }

    /// Certificates that are made now have to be valid on every host, and a clock that is wrong may be all
    /// that makes others seem to have expired.
    fn clocks(&self) -> Vec<Finding> {
        let is_of_clocks = |finding: &Finding| {
            finding.severity == Severity::Error && finding.check.starts_with("clock-")
        };
        self.with_input(check).into_iter().filter(is_of_clocks).collect()
    }

    /// What is wrong with going from the versions that there are to the one of the site's cluster.
    fn path(&self) -> Vec<Finding> {
        let Some(inventory) = &self.inventory else { return Vec::new() };
        let to = &self.site.cluster.kubernetes.version;
        let mut servers: Vec<(String, Version)> = Vec::new();
        let mut kubelets = Vec::new();
        for (host, facts) in &inventory.facts {
            servers.extend(facts.kubernetes.version.clone().map(|has| (host.clone(), has)));
            let kubelet = facts.programs.get("kubelet");
            let has = kubelet.and_then(|program| program.version.parse().ok());
            kubelets.extend(has.map(|has| (host.clone(), has)));
        }
        let mut findings = upgrade_path::check(&servers, &kubelets, to);
        // Of what else could be wrong, only what concerns the bundle and the spec's own settings; and one
        // change at a time.
        let concerns = |finding: &Finding| {
            let is_error = finding.severity == Severity::Error;
            let is_of_the_spec = finding.check.starts_with("bundle-")
                || ["fixed-settings", "host-role", "package-source"].contains(&finding.check);
            finding.check == "api-server" || (is_error && is_of_the_spec)
        };
        findings.extend(self.with_input(check).into_iter().filter(concerns));
        findings
    }
}

/// What is not here cannot be given another state.
fn elsewhere() -> Vec<Finding> {
    vec![Finding {
        check: "external-etcd",
        severity: Severity::Error,
        hosts: Vec::new(),
        message: "etcd runs elsewhere (`kubernetes.etcd.external`)".to_owned(),
        remedy: "stop the API servers and bring the snapshot back there, with `etcdutl snapshot restore`",
    }]
}

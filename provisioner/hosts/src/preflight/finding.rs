use serde::Serialize;
use std::fmt;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The cluster may come up, but something will be slow, fragile or not as expected.
    Warning,
    /// The run would fail, or harm something.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One thing that is wrong, and the hosts on which it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The id of the check in the catalogue.
    pub check: &'static str,
    pub severity: Severity,
    /// In the order of the spec; empty for what concerns the cluster or the bundle as a whole.
    pub hosts: Vec<String>,
    pub message: String,
    pub remedy: &'static str,
}

impl Finding {
    /// Whether it stops a run over a cluster that stands, too: the spec asks for what `up` cannot
    /// bring about.
    pub fn is_final(&self) -> bool {
        matches!(self.check, "cluster-version" | "fixed-settings" | "host-role")
    }
}

/// Collects what one check finds. The same message about several hosts is one finding.
#[derive(Debug)]
pub(super) struct Report {
    check: &'static str,
    remedy: &'static str,
    findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(check: &'static str, remedy: &'static str) -> Self {
        Self { check, remedy, findings: Vec::new() }
    }

    pub(super) fn error(&mut self, hosts: &[&str], message: impl Into<String>) {
        self.add(Severity::Error, hosts, message.into());
    }

    pub(super) fn warning(&mut self, hosts: &[&str], message: impl Into<String>) {
        self.add(Severity::Warning, hosts, message.into());
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    fn add(&mut self, severity: Severity, hosts: &[&str], message: String) {
        let mut hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        let same =
            |finding: &&mut Finding| finding.severity == severity && finding.message == message;
        if let Some(finding) = self.findings.iter_mut().find(same) {
            hosts.retain(|host| !finding.hosts.contains(host));
            finding.hosts.append(&mut hosts);
            return;
        }
        self.findings.push(Finding {
            check: self.check,
            severity,
            hosts,
            message,
            remedy: self.remedy,
        });
    }
}

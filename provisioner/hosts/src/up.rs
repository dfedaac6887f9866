//! Whole runs: `up`, `plan` and `preflight`.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use camino::Utf8PathBuf;
use provisioner_engine::{
    Both, Chain, Events, Failure, Further, Interrupt, Journal, Mode, Options, RunInfo, Summary,
};
use provisioner_spec::Host;
use provisioner_ssh::{Connector, Notices};
use serde::Serialize;

use crate::driver::HostsDriver;
use crate::planner::{HostsPlanner, Purpose};
use crate::preflight::{Finding, Severity, catalogue};
use crate::privilege::Privilege;
use crate::session::{Claim, Session, SessionOptions};
use crate::{HostsError, Operation, Site};

#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Its mode says whether anything is changed: `plan` checks, `up` applies.
    pub info: RunInfo,
    pub parallelism: NonZeroUsize,
    /// Go on though preflight has found errors.
    pub ignore_findings: bool,
    /// What shows the changes that somebody is then asked about: it ends where they would be refused.
    pub is_preview: bool,
    /// Files of this machine that steps need beside those of the bundle, by the name by which
    /// playbooks know them.
    pub files: BTreeMap<String, LocalFile>,
    /// Who runs this, for whoever finds the lock held: `user@machine`.
    pub holder: String,
    /// Where this machine records its runs, if it does: one that has ended holds no lock any more.
    pub journal: Option<Journal>,
}

/// A file of this machine, and its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    pub path: Utf8PathBuf,
    pub sha256: String,
    pub size: u64,
}

#[derive(Debug)]
pub struct UpOutcome {
    pub summary: Summary,
    pub findings: Vec<Finding>,
    /// Preflight did not let the run begin.
    pub refused: bool,
}

impl UpOutcome {
    fn new(summary: Summary, findings: &Mutex<Vec<Finding>>) -> Self {
        let findings = findings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let refused = !summary.failures.is_empty()
            && has_errors(&findings)
            && summary.failures.iter().all(|failure| failure.host.is_none());
        Self { summary, findings, refused }
    }
}

/// Every check on every host.
#[derive(Debug, Serialize)]
pub struct PreflightReport {
    /// How many checks were made.
    pub checks: usize,
    /// How many hosts answered.
    pub hosts: usize,
    pub findings: Vec<Finding>,
    /// Hosts that could not be asked.
    pub failures: Vec<Failure>,
}

impl PreflightReport {
    /// Whether `up` would begin.
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && !has_errors(&self.findings)
    }
}

/// Brings the cluster to what the spec says; in check mode, tells what that would change.
///
/// # Errors
/// Something on this machine; what happens on hosts is in the outcome.
pub async fn up<B: Clone + Send + Sync + 'static>(
    site: Arc<Site>,
    options: RunOptions,
    further: Further<'_, B>,
    interrupt: &Interrupt,
    events: &Events,
) -> Result<UpOutcome, HostsError> {
    let purpose = Purpose::Up { ignore_findings: options.ignore_findings };
    let (mut planner, driver) = begin(&site, purpose, &options, events)?;
    let findings = planner.findings();
    let driver = Arc::new(Both::new(driver, further.driver));
    let engine = Options { info: options.info, parallelism: options.parallelism };
    let mut chain = Chain::new(&mut planner, further.planner);
    let outcome = provisioner_engine::run(&mut chain, driver, &engine, interrupt, events).await;
    Ok(UpOutcome::new(outcome.summary, &findings))
}

/// Does something to a cluster that stands; in check mode, tells what that would change.
///
/// # Errors
/// As [`up`].
pub async fn operate(
    site: Arc<Site>,
    operation: Operation,
    options: RunOptions,
    interrupt: &Interrupt,
    events: &Events,
) -> Result<UpOutcome, HostsError> {
    let purpose = Purpose::Operate(operation);
    let (mut planner, driver) = begin(&site, purpose, &options, events)?;
    let findings = planner.findings();
    let engine = Options { info: options.info, parallelism: options.parallelism };
    let outcome = provisioner_engine::run(&mut planner, driver, &engine, interrupt, events).await;
    Ok(UpOutcome::new(outcome.summary, &findings))
}

/// Who plans a run over hosts, and who carries it out.
fn begin(
    site: &Arc<Site>,
    purpose: Purpose,
    options: &RunOptions,
    events: &Events,
) -> Result<(HostsPlanner, Arc<HostsDriver>), HostsError> {
    let (run, mode) = (options.info.run.to_string(), options.info.mode);
    let mut planner = HostsPlanner::new(Arc::clone(site), mode, purpose, run, events.clone())?;
    planner.bring_files(&options.files);
    if options.is_preview {
        planner.refuse_in_check_mode();
    }
    Ok((planner, Arc::new(driver(site, options, events)?)))
}

/// Makes every check on every host; changes nothing.
///
/// # Errors
/// As [`up`].
pub async fn preflight(
    site: Arc<Site>,
    options: RunOptions,
    interrupt: &Interrupt,
    events: &Events,
) -> Result<PreflightReport, HostsError> {
    let run = options.info.run.to_string();
    let mut planner =
        HostsPlanner::new(Arc::clone(&site), Mode::Check, Purpose::Preflight, run, events.clone())?;
    let findings = planner.findings();
    let driver = Arc::new(driver(&site, &options, events)?);
    let engine = Options { info: options.info, parallelism: options.parallelism };
    let outcome = provisioner_engine::run(&mut planner, driver, &engine, interrupt, events).await;
    planner.conclude(&outcome.registered);
    let findings = findings.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(PreflightReport {
        checks: catalogue().len(),
        hosts: planner.reached(),
        findings,
        failures: outcome.summary.failures,
    })
}

fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

pub(crate) fn driver(
    site: &Site,
    options: &RunOptions,
    events: &Events,
) -> Result<HostsDriver, HostsError> {
    for secret in site.access.secrets.values() {
        events.redactor().add(secret);
    }
    if let Some(etcd) = &site.etcd {
        etcd.conceal(events.redactor());
    }
    let session_options = SessionOptions {
        run: options.info.run.to_string(),
        nonce: nonce(),
        claim: (options.info.mode == Mode::Apply)
            .then(|| Claim { holder: options.holder.clone(), journal: options.journal.clone() }),
    };
    let sessions = site
        .cluster
        .all_hosts()
        .map(|host| (host.name.clone(), session(site, host, session_options.clone())));
    let mut files = BTreeMap::new();
    if let Some(bundle) = &site.bundle {
        for file in &bundle.manifest().files {
            files.insert(file.sha256.clone(), bundle.location(file)?);
        }
    }
    files.extend(options.files.values().map(|file| (file.sha256.clone(), file.path.clone())));
    let (mut ssh, listening) = (site.access.ssh_options(), events.clone());
    ssh.notices = Notices::new(move |text| listening.note(text));
    let connector = Connector::new(ssh);
    Ok(HostsDriver::new(connector, sessions.collect(), files))
}

pub(crate) fn session(site: &Site, host: &Host, options: SessionOptions) -> Session {
    let privilege = if host.ssh.sudo {
        let source = host.ssh.sudo_password.as_ref();
        Privilege::Sudo(site.access.secrets.get(source))
    } else {
        Privilege::Root
    };
    Session::new(site.access.endpoint(host), privilege, options)
}

/// Opens every frame of a run: no command can guess it.
pub(crate) fn nonce() -> String {
    use std::hash::{BuildHasher, RandomState};
    // Each RandomState has keys of its own, from the system's randomness.
    format!("{:016x}{:016x}", RandomState::new().hash_one(0), RandomState::new().hash_one(1))
}

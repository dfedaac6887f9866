//! One host leaves a cluster that goes on.

mod judgement;
mod surplus;
mod survey;

use std::collections::BTreeMap;
use std::sync::Arc;

use provisioner_engine::{Events, Interrupt, Options, Summary};
use provisioner_spec::{Cluster, Host};

use crate::ask::ask_all;
use crate::leaving::{Drain, Leaving};
use crate::planner::{HostsPlanner, Purpose, with, without};
use crate::up::driver;
use crate::{HostsError, RunOptions, Site};
#[cfg(test)]
pub(crate) use judgement::{Verdict, at_work, judge};
pub use surplus::Surplus;
use survey::Node;
pub(crate) use survey::Survey;

/// A host that may leave, with what has to be said before.
#[derive(Debug)]
pub struct Removal {
    pub host: Host,
    /// What is lost or becomes weaker by it, for people.
    pub warnings: Vec<String>,
    /// Why it cannot be reached, where it cannot: then the cluster forgets it, and it stays as it is.
    pub unreachable: Option<String>,
    site: Arc<Site>,
}

impl Removal {
    /// The cluster with the host.
    pub fn site(&self) -> &Site {
        &self.site
    }
}

/// Looks whether the host of that name may leave. One that the spec does not name is found by its Node; one that
/// cannot be reached and is at work all the same leaves where that is asked for only.
///
/// # Errors
/// No control plane can be asked; there is no such host; or [`HostsError::MayNotLeave`].
pub async fn consider_removal(
    site: Arc<Site>,
    name: &str,
    forgets_unreachable: bool,
) -> Result<Removal, HostsError> {
    let survey = look(&site, Some(name)).await?;
    let known = site.cluster.host(name).cloned();
    let of_node = || host_of(&site.cluster, survey.node(name)?);
    let host = known.map(|host| survey.as_it_is(host)).or_else(of_node);
    let host = host.ok_or_else(|| HostsError::NoSuchHost(name.to_owned()))?;
    let verdict = judgement::judge(&host, &site.cluster, &survey);
    if !verdict.refusals.is_empty() {
        let reasons = verdict.refusals.join("; ");
        return Err(HostsError::MayNotLeave { host: host.name, reasons });
    }
    let full = Site { cluster: with(&site.cluster, &host), ..Site::clone(&site) };
    let full = Arc::new(full);
    let answers = ask_all(&full, std::slice::from_ref(&host), "echo here").await;
    let answer = answers.into_iter().next().map(|(_, answer)| answer);
    let unreachable = answer.and_then(Result::err).map(|error| error.to_string());
    if let Some(reason) = &unreachable
        && !forgets_unreachable
        && let Some(reasons) = judgement::at_work(&host, &survey, reason)
    {
        return Err(HostsError::MayNotLeave { host: host.name, reasons });
    }
    Ok(Removal { host, warnings: verdict.warnings, unreachable, site: full })
}

/// The nodes that the spec does not have.
///
/// # Errors
/// No control plane can be asked.
pub async fn surplus_nodes(site: Arc<Site>) -> Result<Surplus, HostsError> {
    let survey = look(&site, None).await?;
    Ok(Surplus::of(&site.cluster, &survey))
}

/// Takes the host out of the cluster, and makes it again what it was before it came.
///
/// # Errors
/// Something on this machine; what happens on hosts is in the summary.
pub async fn remove(
    removal: &Removal,
    drain: Drain,
    options: RunOptions,
    interrupt: &Interrupt,
    events: &Events,
) -> Result<Summary, HostsError> {
    let full = &removal.site;
    let staying = Site { cluster: without(&full.cluster, &removal.host.name), ..Site::clone(full) };
    let leaving = Leaving {
        site: Arc::clone(full),
        host: removal.host.clone(),
        reachable: removal.unreachable.is_none(),
        drain,
    };
    let RunOptions { info, parallelism, .. } = &options;
    let run = info.run.to_string();
    let planner =
        HostsPlanner::new(Arc::new(staying), info.mode, Purpose::Remove, run, events.clone())?;
    let mut planner = planner.without(leaving);
    if let Some(reason) = &removal.unreachable {
        events.note(format!(
            "{} cannot be reached ({reason}): what is on it stays until the same command reaches it",
            removal.host.name
        ));
    }
    let driver = Arc::new(driver(full, &options, events)?);
    let engine = Options { info: info.clone(), parallelism: *parallelism };
    let outcome = provisioner_engine::run(&mut planner, driver, &engine, interrupt, events).await;
    Ok(outcome.summary)
}

/// What the first control plane that can tell knows of the cluster; not the one that is to leave,
/// unless there is no other.
async fn look(site: &Arc<Site>, leaving: Option<&str>) -> Result<Survey, HostsError> {
    let cluster = &site.cluster;
    let script = survey::script(leaving)
        .map_err(|source| HostsError::Quote { host: cluster.name.clone(), source })?;
    let mut asked: Vec<Host> = cluster.control_planes().to_vec();
    asked.sort_by_key(|host| leaving == Some(host.name.as_str()));
    let mut reasons = Vec::new();
    let mut partly = None;
    for (host, answer) in ask_all(site, &asked, &script).await {
        match answer.map(|text| Survey::read(&text)) {
            // Another one may know more: the etcd on a host that has just joined, say.
            Ok(Ok(survey)) if !survey.is_whole(leaving) => {
                partly.get_or_insert(survey);
            }
            Ok(Ok(survey)) => return Ok(survey),
            Ok(Err(said)) => {
                let said = if said.is_empty() { "no API server answers" } else { said.as_str() };
                reasons.push(format!("{host}: {said}"));
            }
            Err(error) => reasons.push(error.to_string()),
        }
    }
    if let Some(survey) = partly {
        return Ok(survey);
    }
    let reasons = reasons.join("; ");
    Err(HostsError::NoControlPlane { cluster: cluster.name.clone(), reasons })
}

/// A host as its Node tells of it, reached as the spec says for all hosts.
fn host_of(cluster: &Cluster, node: &Node) -> Option<Host> {
    Some(Host {
        name: node.metadata.name.clone(),
        address: node.address()?,
        secondary_address: None,
        role: node.role(),
        ssh: cluster.hosts.ssh.clone(),
        labels: BTreeMap::new(),
        taints: Vec::new(),
        interface: None,
    })
}

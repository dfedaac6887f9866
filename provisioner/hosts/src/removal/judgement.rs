//! Whether a host may leave.

use provisioner_spec::{Cluster, Host, Role};

use super::survey::{Node, Survey, Volume};
use crate::authority::authority;

const PEER_PORT: u16 = 2380;
const ONLY: &str = "it is the only control plane, and with it the cluster ends: that is `down`";

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Why it may not, whatever is answered.
    pub refusals: Vec<String>,
    /// What becomes worse by it.
    pub warnings: Vec<String>,
}

pub(crate) fn judge(host: &Host, cluster: &Cluster, survey: &Survey) -> Verdict {
    let mut verdict = Verdict::default();
    match host.role {
        Role::ControlPlane if cluster.external_etcd().is_some() => {
            api_servers(host, survey, &mut verdict);
        }
        Role::ControlPlane => quorum(host, survey, &mut verdict),
        Role::Worker => workers(host, survey, &mut verdict),
        Role::Edge => {}
        Role::LoadBalancer => load_balancers(host, cluster, &mut verdict),
    }
    if host.role != Role::LoadBalancer {
        serves(host, cluster, survey, &mut verdict);
    }
    verdict
}

/// What is against a host that cannot be reached, for this reason, and is at work all the same: its kubelet would
/// register it again, and go on with its pods.
pub(crate) fn at_work(host: &Host, survey: &Survey, reason: &str) -> Option<String> {
    let node = survey.node(&host.name)?;
    node.is_ready().then(|| {
        format!(
            "it cannot be reached ({reason}), yet its Node is ready: its kubelet is at work and would register it again. One that is gone is not ready any more after a minute; `--forget-unreachable` lets it go all the same"
        )
    })
}

/// Somebody has to hold the VIP.
fn load_balancers(host: &Host, cluster: &Cluster, verdict: &mut Verdict) {
    let others = cluster.hosts.load_balancers.iter().filter(|other| other.name != host.name);
    let (refusals, warnings) = (&mut verdict.refusals, &mut verdict.warnings);
    match others.count() {
        0 => refusals.push("it is the only load balancer: nobody else has the VIP".to_owned()),
        1 => warnings.push("one load balancer remains: nobody takes over from it".to_owned()),
        _ => {}
    }
}

/// With etcd elsewhere, one API server is enough.
fn api_servers(host: &Host, survey: &Survey, verdict: &mut Verdict) {
    let is_other = |node: &&Node| node.is_control_plane() && node.metadata.name != host.name;
    if !survey.nodes.iter().any(|node| is_other(&node)) {
        verdict.refusals.push(ONLY.to_owned());
    }
}

/// etcd changes its members only with a quorum, and what remains needs one of its own.
fn quorum(host: &Host, survey: &Survey, verdict: &mut Verdict) {
    let peer = format!("https://{}", authority(&host.address.to_string(), PEER_PORT));
    let all = &survey.members;
    let leaves = |member: &&super::survey::Member| member.name == host.name || member.peer == peer;
    if !all.iter().any(|member| leaves(&member)) {
        if all.is_empty() {
            verdict.refusals.push("the members of etcd are not known".to_owned());
        }
        return;
    }
    let remaining: Vec<_> = all.iter().filter(|member| !leaves(member)).collect();
    let healthy = remaining.iter().filter(|member| member.healthy).count();
    let now = all.iter().filter(|member| member.healthy).count();
    if remaining.is_empty() {
        verdict.refusals.push(ONLY.to_owned());
    } else if now <= all.len() / 2 {
        verdict.refusals.push(format!(
            "only {now} of the {} members of etcd are healthy: without a quorum it changes nothing",
            all.len()
        ));
    } else if healthy <= remaining.len() / 2 {
        verdict.refusals.push(format!(
            "only {healthy} of the {} members of etcd that would remain are healthy: they would have no quorum",
            remaining.len()
        ));
    } else if remaining.len().is_multiple_of(2) {
        verdict.warnings.push(format!(
            "{} members of etcd remain: an even number bears no more failures than one member less",
            remaining.len()
        ));
    }
}

/// Its pods go to other workers, and what lies on it alone is lost.
fn workers(host: &Host, survey: &Survey, verdict: &mut Verdict) {
    let volumes = named(survey, |volume| volume.lies_on(&host.name));
    let nodes = survey.nodes.iter().filter(|node| node.metadata.name != host.name);
    let others: Vec<&Node> = nodes.filter(|node| node.is_worker()).collect();
    let last = match others.as_slice() {
        [] => "it is the last worker",
        others if !others.iter().any(|node| node.is_ready()) => "no other worker is ready",
        _ if volumes.is_empty() => return,
        _ => {
            verdict.warnings.push(format!("the volumes {volumes} lie on it and are lost"));
            return;
        }
    };
    if volumes.is_empty() {
        verdict.warnings.push(format!("{last}: its pods have nowhere to go"));
    } else {
        verdict.refusals.push(format!(
            "{last}, and the volumes {volumes} lie on it alone: move them away first"
        ));
    }
}

/// What a node serves to all others goes with it.
fn serves(host: &Host, cluster: &Cluster, survey: &Survey, verdict: &mut Verdict) {
    let refusals = &mut verdict.refusals;
    if survey.volumes.is_none() {
        refusals.push("nobody tells which volumes there are, so some may lie on it".to_owned());
    }
    for (name, addon) in cluster.addons.iter().filter(|(_, addon)| addon.enabled) {
        for setting in addon.settings_with_host(&host.name) {
            refusals.push(format!(
                "`addons.{name}.{setting}` names it: move what is there to another host, and put that one into the spec"
            ));
        }
    }
    let volumes = named(survey, |volume| volume.is_served_by(host));
    if !volumes.is_empty() {
        refusals.push(format!("it serves the volumes {volumes}: move them to another server"));
    }
}

/// The names of those volumes.
fn named(survey: &Survey, which: impl Fn(&Volume) -> bool) -> String {
    let volumes = survey.volumes.iter().flatten().filter(|volume| which(volume));
    let names: Vec<&str> = volumes.map(|volume| volume.metadata.name.as_str()).collect();
    names.join(", ")
}

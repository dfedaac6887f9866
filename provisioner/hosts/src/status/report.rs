use std::collections::BTreeMap;

use jiff::Timestamp;
use provisioner_spec::{Cluster, Host};
use serde::Serialize;

use super::view::View;
use super::{AddonStatus, EtcdStatus, LoadBalancerStatus, NodeStatus};
use crate::authority::authority;
use crate::certificates::{Certificate, CertificateState};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusReport {
    pub cluster: String,
    pub version: String,
    /// Nothing that should be there is missing. Warnings do not count.
    pub healthy: bool,
    pub nodes: Vec<NodeStatus>,
    /// The hosts that are there for nothing else; none where the control planes are their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load_balancers: Vec<LoadBalancerStatus>,
    /// The API through each control plane, and through the endpoint.
    pub api: Vec<ApiStatus>,
    pub vip: Option<VipStatus>,
    pub etcd: EtcdStatus,
    /// In the order of the spec, on each host by path.
    pub certificates: Vec<Certificate>,
    /// By name. None where no API server tells.
    pub addons: Option<Vec<AddonStatus>>,
    /// What is wrong, for people.
    pub problems: Vec<String>,
    /// What will be wrong, or was left undone.
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiStatus {
    /// A control plane's name, or `endpoint`.
    pub through: String,
    pub address: String,
    pub ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VipStatus {
    pub address: String,
    /// Exactly one, in a healthy cluster.
    pub holders: Vec<String>,
    /// When the holder took it, as far back as its journal goes.
    pub since: Option<Timestamp>,
}

/// What was asked for, and what hosts have answered.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// By host, in the order of the spec.
    pub views: Vec<(String, View)>,
    pub certificates: Vec<Certificate>,
    /// What is to be said of hosts that cannot be asked.
    pub silent: Vec<String>,
    /// The addons that the spec enables, with their versions.
    pub addons: BTreeMap<String, String>,
}

pub(crate) fn report(cluster: &Cluster, asked: Asked) -> StatusReport {
    let Asked { views, certificates, silent, addons } = asked;
    let known = views.iter().find_map(|(_, view)| view.nodes.as_deref());
    let nodes: Vec<NodeStatus> =
        cluster.nodes().map(|host| NodeStatus::of(host, known, has_joined(&views, host))).collect();
    let balancers = cluster.hosts.load_balancers.iter();
    let load_balancers: Vec<LoadBalancerStatus> =
        balancers.map(|host| LoadBalancerStatus::of(host, view(&views, host))).collect();
    let records = views.iter().find_map(|(_, view)| view.addons.as_deref());
    let (api, vip) = (apis(cluster, &views), vip(cluster, &views));
    let etcd = cluster.external_etcd();
    let etcd = etcd.map_or_else(|| EtcdStatus::of(&views), EtcdStatus::elsewhere);
    let addons = records.map(|records| AddonStatus::all(records, &addons));

    let mut problems = silent;
    problems.extend(api.iter().filter_map(ApiStatus::problem));
    problems.extend(nodes.iter().filter_map(NodeStatus::problem));
    problems.extend(load_balancers.iter().filter_map(LoadBalancerStatus::problem));
    problems.extend(vip.as_ref().and_then(VipStatus::problem));
    problems.extend(etcd.problems(cluster.control_planes()));
    problems.extend(addons.iter().flatten().filter_map(AddonStatus::problem));
    let (ending, unusable): (Vec<_>, Vec<_>) =
        certificates.iter().partition(|one| one.state == CertificateState::Ending);
    problems.extend(unusable.iter().filter_map(|one| one.problem()));

    let mut warnings: Vec<String> = ending.iter().filter_map(|one| one.problem()).collect();
    warnings.extend(etcd.warnings());
    warnings.extend(addons.iter().flatten().filter_map(AddonStatus::warning));
    warnings.extend(left_undone(cluster, &views));
    StatusReport {
        cluster: cluster.name.clone(),
        version: cluster.kubernetes.version.to_string(),
        healthy: problems.is_empty(),
        nodes,
        load_balancers,
        api,
        vip,
        etcd,
        certificates,
        addons,
        problems,
        warnings,
    }
}

/// As the host says itself.
fn has_joined(views: &[(String, View)], host: &Host) -> bool {
    view(views, host).is_some_and(|view| view.has_joined)
}

fn view<'a>(views: &'a [(String, View)], host: &Host) -> Option<&'a View> {
    views.iter().find(|(name, _)| *name == host.name).map(|(_, view)| view)
}

/// Nodes that the spec has no more, hosts that have yet to be cleaned, and what a run that was cut off has yet to
/// do.
fn left_undone(cluster: &Cluster, views: &[(String, View)]) -> Vec<String> {
    let nodes = views.iter().find_map(|(_, view)| view.nodes.as_deref());
    let names = nodes.into_iter().flatten().map(|node| &node.metadata.name);
    let surplus = names.filter(|name| cluster.host(name).is_none()).map(|name| {
        format!("the node {name} is not in the spec: `provisioner up --prune` removes it")
    });
    let due = views.iter().filter(|(_, view)| !view.due.is_empty()).map(|(host, view)| {
        format!(
            "{host}: a run was cut off before this was done, which `provisioner up` does: {}",
            view.due.join(", ")
        )
    });
    let removed = views.iter().find_map(|(_, view)| view.removed.as_deref());
    let removed = removed.into_iter().flatten().map(|removed| removed.warning(cluster));
    surplus.chain(removed).chain(due).collect()
}

fn apis(cluster: &Cluster, views: &[(String, View)]) -> Vec<ApiStatus> {
    let mut all: Vec<ApiStatus> = cluster
        .control_planes()
        .iter()
        .map(|host| {
            let address = authority(&host.address.to_string(), 6443);
            let answer = view(views, host).map_or("its host cannot be asked", |view| &view.local);
            ApiStatus::new(&host.name, address, answer)
        })
        .collect();
    let endpoint = &cluster.hosts.api_endpoint;
    let asked = cluster.control_planes().iter().filter_map(|host| view(views, host));
    let answers: Vec<&str> = asked.map(|view| view.endpoint.as_str()).collect();
    let failing = answers.iter().find(|answer| **answer != "ok").copied();
    let nobody = "no control plane can be asked";
    let answer = failing.unwrap_or(if answers.is_empty() { nobody } else { "ok" });
    all.push(ApiStatus::new("endpoint", authority(&endpoint.address, endpoint.port), answer));
    all
}

impl ApiStatus {
    fn new(through: &str, address: String, answer: &str) -> Self {
        let ready = answer == "ok";
        let said = if answer.is_empty() { "no answer" } else { answer };
        let reason = (!ready).then(|| said.to_owned());
        Self { through: through.to_owned(), address, ready, reason }
    }

    fn problem(&self) -> Option<String> {
        let reason = self.reason.as_deref().unwrap_or("not ready");
        let told = || format!("the API through {} ({}): {reason}", self.through, self.address);
        (!self.ready).then(told)
    }
}

fn vip(cluster: &Cluster, views: &[(String, View)]) -> Option<VipStatus> {
    let address = cluster.hosts.api_endpoint.vip?.to_string();
    let holding = || views.iter().filter(|(_, view)| view.holds_vip);
    let holders = holding().map(|(name, _)| name.clone()).collect();
    let since = holding().filter_map(|(_, view)| view.holds_since).max();
    Some(VipStatus { address, holders, since })
}

impl VipStatus {
    fn problem(&self) -> Option<String> {
        let holders = match self.holders.as_slice() {
            [_] => return None,
            [] => "nobody".to_owned(),
            several => several.join(", "),
        };
        Some(format!("the VIP {} is held by {holders}", self.address))
    }
}

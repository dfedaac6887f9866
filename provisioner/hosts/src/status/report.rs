//! How a cluster is, asked from its own control planes.

use std::sync::Arc;

use provisioner_playbook::shell::{QuoteError, quote};
use provisioner_spec::{Cluster, Host};
use serde::{Deserialize, Serialize};

use crate::ask::ask_all;
use crate::context::authority;
use crate::{HostsError, Site};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusReport {
    pub cluster: String,
    pub version: String,
    /// Nothing that should be there is missing.
    pub healthy: bool,
    pub nodes: Vec<NodeStatus>,
    /// The API through each control plane, and through the endpoint.
    pub api: Vec<ApiStatus>,
    pub vip: Option<VipStatus>,
    /// What is wrong, for people.
    pub problems: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeStatus {
    pub name: String,
    pub role: String,
    pub address: String,
    pub ready: bool,
    /// The kubelet's.
    pub version: String,
    /// Why it is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
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
}

/// Asks every control plane for its part.
///
/// # Errors
/// No control plane can be asked.
pub async fn status(site: Arc<Site>) -> Result<StatusReport, HostsError> {
    let cluster = &site.cluster;
    let endpoint = &cluster.hosts.api_endpoint;
    let vip = endpoint.vip.map(|vip| vip.to_string());
    let at = authority(&endpoint.address, endpoint.port);
    let script = script(&at, vip.as_deref())
        .map_err(|source| HostsError::Quote { host: cluster.name.clone(), source })?;
    let answers = ask_all(&site, cluster.control_planes(), &script).await;
    let mut views = Vec::new();
    let mut problems = Vec::new();
    let mut reasons = Vec::new();
    for (host, answer) in answers {
        match answer {
            Ok(text) => views.push((host, View::read(&text))),
            Err(error) => {
                problems.push(format!("{host} cannot be asked: {error}"));
                reasons.push(error.to_string());
            }
        }
    }
    if views.is_empty() {
        let reasons = reasons.join("; ");
        return Err(HostsError::NoControlPlane { cluster: cluster.name.clone(), reasons });
    }
    Ok(report(cluster, &views, &at, problems))
}

/// Prints sections; each ends at the next heading.
fn script(endpoint: &str, vip: Option<&str>) -> Result<String, QuoteError> {
    let vip = quote(vip.unwrap_or("none"))?;
    let endpoint = quote(&format!("https://{endpoint}"))?;
    Ok(format!(
        r#"
get() {{ timeout 15 kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 5s ${{1:+--server "$1"}} get --raw "$2" 2>&1; }}
echo '## vip'; ip -o addr show | grep -wF {vip} | grep -c .
echo '## local'; get "https://$(uname -n):6443" /readyz
echo; echo '## endpoint'; get {endpoint} /readyz
echo; echo '## nodes'; get '' /api/v1/nodes
echo; echo '## end'
"#
    ))
}

/// What one control plane sees.
#[derive(Debug, Default)]
pub(crate) struct View {
    holds_vip: bool,
    local: String,
    endpoint: String,
    nodes: Option<Vec<Node>>,
}

impl View {
    pub(crate) fn read(text: &str) -> Self {
        let section = |name: &str| -> String {
            let lines = text.lines().skip_while(|line| *line != format!("## {name}")).skip(1);
            let lines: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
            lines.join("\n").trim().to_owned()
        };
        let nodes = serde_json::from_str::<NodeList>(&section("nodes")).ok();
        Self {
            holds_vip: section("vip").parse::<u32>().is_ok_and(|count| count > 0),
            local: section("local"),
            endpoint: section("endpoint"),
            nodes: nodes.map(|list| list.items),
        }
    }
}

pub(crate) fn report(
    cluster: &Cluster,
    views: &[(String, View)],
    at: &str,
    mut problems: Vec<String>,
) -> StatusReport {
    let mut api: Vec<ApiStatus> =
        cluster.control_planes().iter().map(|host| local_api(host, views)).collect();
    let endpoints: Vec<&str> = views.iter().map(|(_, view)| view.endpoint.as_str()).collect();
    let failing = endpoints.iter().find(|answer| **answer != "ok");
    api.push(api_status("endpoint", at, failing.copied().unwrap_or("ok")));
    let nodes = views.iter().find_map(|(_, view)| view.nodes.as_deref());
    let nodes: Vec<NodeStatus> = cluster.all_hosts().map(|host| node_status(host, nodes)).collect();
    let vip = cluster.hosts.api_endpoint.vip.map(|vip| VipStatus {
        address: vip.to_string(),
        holders: views
            .iter()
            .filter(|(_, view)| view.holds_vip)
            .map(|(name, _)| name.clone())
            .collect(),
    });
    for one in api.iter().filter(|one| !one.ready) {
        let reason = one.reason.as_deref().unwrap_or("not ready");
        problems.push(format!("the API through {} ({}): {reason}", one.through, one.address));
    }
    for node in nodes.iter().filter(|node| !node.ready) {
        problems.push(format!(
            "node {}: {}",
            node.name,
            node.reason.as_deref().unwrap_or("not ready")
        ));
    }
    if let Some(vip) = vip.as_ref().filter(|vip| vip.holders.len() != 1) {
        let holders =
            if vip.holders.is_empty() { "nobody".to_owned() } else { vip.holders.join(", ") };
        problems.push(format!("the VIP {} is held by {holders}", vip.address));
    }
    StatusReport {
        cluster: cluster.name.clone(),
        version: cluster.kubernetes.version.to_string(),
        healthy: problems.is_empty(),
        nodes,
        api,
        vip,
        problems,
    }
}

fn local_api(host: &Host, views: &[(String, View)]) -> ApiStatus {
    let address = authority(&host.address.to_string(), 6443);
    let view = views.iter().find(|(name, _)| *name == host.name);
    api_status(
        &host.name,
        &address,
        view.map_or("its host cannot be asked", |(_, view)| &view.local),
    )
}

fn api_status(through: &str, address: &str, answer: &str) -> ApiStatus {
    let ready = answer == "ok";
    let said = if answer.is_empty() { "no answer" } else { answer };
    ApiStatus {
        through: through.to_owned(),
        address: address.to_owned(),
        ready,
        reason: (!ready).then(|| said.to_owned()),
    }
}

fn node_status(host: &Host, nodes: Option<&[Node]>) -> NodeStatus {
    let node = nodes.and_then(|nodes| nodes.iter().find(|node| node.metadata.name == host.name));
    let condition = node
        .and_then(|node| node.status.conditions.iter().find(|condition| condition.kind == "Ready"));
    let ready = condition.is_some_and(|condition| condition.status == "True");
    let reason = match (nodes, node, condition) {
        _ if ready => None,
        (None, ..) => Some("no API server answers".to_owned()),
        (_, None, _) => Some("it has not joined".to_owned()),
        (.., Some(condition)) => Some(condition.message.clone()),
        (.., None) => Some("it has not said anything yet".to_owned()),
    };
    NodeStatus {
        name: host.name.clone(),
        role: host.role.to_string(),
        address: host.address.to_string(),
        ready,
        version: node.map(|node| node.status.node_info.kubelet_version.clone()).unwrap_or_default(),
        reason,
    }
}

/// The parts of the API's `NodeList` that count here.
#[derive(Debug, Deserialize)]
struct NodeList {
    items: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    metadata: Metadata,
    status: Status,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    #[serde(default)]
    conditions: Vec<Condition>,
    node_info: NodeInfo,
}

#[derive(Debug, Deserialize)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
    #[serde(default)]
    message: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NodeInfo {
    kubelet_version: String,
}

//! The nodes of a cluster.

use provisioner_spec::Host;
use serde::{Deserialize, Serialize};

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

impl NodeStatus {
    /// A host of the spec, given what the cluster knows of its nodes and what the host says itself.
    pub(super) fn of(host: &Host, nodes: Option<&[Node]>, has_joined: bool) -> Self {
        let node =
            nodes.and_then(|nodes| nodes.iter().find(|node| node.metadata.name == host.name));
        let condition = node.and_then(Node::readiness);
        let ready = condition.is_some_and(|condition| condition.status == "True");
        let reason = match (nodes, node, condition) {
            _ if ready => None,
            (None, ..) => Some("no API server answers".to_owned()),
            (_, None, _) if has_joined => Some(
                "the cluster has forgotten it, and what is on it is still there: `provisioner scale --remove` cleans it"
                    .to_owned(),
            ),
            (_, None, _) => Some("it has not joined".to_owned()),
            (.., Some(condition)) => Some(condition.message.clone()),
            (.., None) => Some("it has not said anything yet".to_owned()),
        };
        Self {
            name: host.name.clone(),
            role: host.role.to_string(),
            address: host.address.to_string(),
            ready,
            version: node
                .map(|node| node.status.node_info.kubelet_version.clone())
                .unwrap_or_default(),
            reason,
        }
    }

    pub(super) fn problem(&self) -> Option<String> {
        let reason = self.reason.as_deref().unwrap_or("not ready");
        (!self.ready).then(|| format!("node {}: {reason}", self.name))
    }
}

/// The parts of the API's `Node` that count here.
#[derive(Debug, Deserialize)]
pub(super) struct Node {
    pub metadata: Metadata,
    status: Status,
}

impl Node {
    /// The API's `NodeList`; nothing where the text is not one.
    pub(super) fn list(text: &str) -> Option<Vec<Self>> {
        serde_json::from_str::<NodeList>(text).ok().map(|list| list.items)
    }

    fn readiness(&self) -> Option<&Condition> {
        self.status.conditions.iter().find(|condition| condition.kind == "Ready")
    }
}

#[derive(Debug, Deserialize)]
struct NodeList {
    items: Vec<Node>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub name: String,
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

//! What a control plane knows of nodes, members of etcd and volumes.

use std::collections::BTreeMap;
use std::net::IpAddr;

use provisioner_playbook::shell::{QuoteError, quote};
use provisioner_spec::{EDGE_ROLE, Host, Role};
use serde::Deserialize;

const CONTROL_PLANE_ROLES: [&str; 2] =
    ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

/// Prints sections; each ends at the next heading.
pub(super) fn script(leaving: Option<&str>) -> Result<String, QuoteError> {
    let leaving = quote(leaving.unwrap_or_default())?;
    Ok(format!(
        r#"
name={leaving}
export KUBECONFIG=/etc/kubernetes/admin.conf HOME=/run/provisioner
get() {{ timeout 20 kubectl --request-timeout 10s get --raw "$1"; }}
etcd() {{ /usr/local/lib/provisioner/etcd "$@"; }}
said=$(get /api/v1/nodes 2>&1 >"$p_tmp/nodes")
echo '## nodes'; cat "$p_tmp/nodes"
echo; echo '## said'; printf '%s\n' "$said" | tail -n 1
echo '## members'; members=$(etcd members); echo "$members"
echo '## healthy'
printf '%s\n' "$members" | while read -r id _ _ client _; do
    ! etcd -u "$client" healthy >/dev/null 2>&1 </dev/null || echo "$id"
done
echo '## volumes'; [ -z "$name" ] || get /api/v1/persistentvolumes
echo; echo '## end'
"#
    ))
}

#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub nodes: Vec<Node>,
    /// Those that vote.
    pub members: Vec<Member>,
    /// None where nobody has told of them.
    pub volumes: Option<Vec<Volume>>,
}

/// A member of etcd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub name: String,
    pub peer: String,
    pub healthy: bool,
}

impl Survey {
    /// # Errors
    /// No API server has answered; what kubectl said of it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let section = |name: &str| -> Vec<&str> {
            let lines = text.lines().skip_while(|line| *line != format!("## {name}")).skip(1);
            lines.take_while(|line| !line.starts_with("## ")).collect()
        };
        let nodes: List<Node> = serde_json::from_str(&section("nodes").join("\n"))
            .map_err(|_| section("said").join(" ").trim().to_owned())?;
        let healthy = section("healthy");
        let members = section("members").into_iter().filter_map(|line| member(line, &healthy));
        let volumes = serde_json::from_str::<List<Volume>>(&section("volumes").join("\n"));
        Ok(Self {
            nodes: nodes.items,
            members: members.collect(),
            volumes: volumes.map(|list| list.items).ok(),
        })
    }

    /// Whether nothing that was asked for is missing.
    pub(crate) fn is_whole(&self, leaving: Option<&str>) -> bool {
        !self.members.is_empty() && (leaving.is_none() || self.volumes.is_some())
    }

    /// The host with the role that it has in the cluster, which may be another one than in the spec. Who is an
    /// edge node and who a worker, only the spec says.
    pub(crate) fn as_it_is(&self, mut host: Host) -> Host {
        let is_control_plane = host.role == Role::ControlPlane;
        if let Some(node) = self.node(&host.name)
            && (node.is_control_plane() != is_control_plane || host.role == Role::LoadBalancer)
        {
            host.role = node.role();
        }
        host
    }

    pub(super) fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.metadata.name == name)
    }
}

/// `ID NAME PEER CLIENT voter|learner`: a learner has no vote.
fn member(line: &str, healthy: &[&str]) -> Option<Member> {
    let [id, name, peer, _, "voter"] = line.split(' ').collect::<Vec<_>>()[..] else { return None };
    let name = if name == "-" { "" } else { name };
    Some(Member { name: name.to_owned(), peer: peer.to_owned(), healthy: healthy.contains(&id) })
}

#[derive(Debug, Deserialize)]
struct List<T> {
    items: Vec<T>,
}

/// The parts of the API's `Node` that count here.
#[derive(Debug, Deserialize)]
pub(crate) struct Node {
    pub metadata: Metadata,
    #[serde(default)]
    status: Status,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub name: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
struct Status {
    #[serde(default)]
    addresses: Vec<Address>,
    #[serde(default)]
    conditions: Vec<Condition>,
}

#[derive(Debug, Deserialize)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
}

#[derive(Debug, Deserialize)]
struct Address {
    #[serde(rename = "type")]
    kind: String,
    address: String,
}

impl Node {
    pub(super) fn address(&self) -> Option<IpAddr> {
        let internal = self.status.addresses.iter().find(|address| address.kind == "InternalIP")?;
        internal.address.parse().ok()
    }

    /// Its kubelet is at work, and says so.
    pub(super) fn is_ready(&self) -> bool {
        let mut conditions = self.status.conditions.iter();
        conditions.any(|condition| condition.kind == "Ready" && condition.status == "True")
    }

    pub(super) fn role(&self) -> Role {
        if self.is_control_plane() {
            Role::ControlPlane
        } else if self.is_edge() {
            Role::Edge
        } else {
            Role::Worker
        }
    }

    pub(super) fn is_worker(&self) -> bool {
        !self.is_control_plane() && !self.is_edge()
    }

    pub(super) fn is_control_plane(&self) -> bool {
        CONTROL_PLANE_ROLES.iter().any(|role| self.metadata.labels.contains_key(*role))
    }

    pub(super) fn is_edge(&self) -> bool {
        self.metadata.labels.contains_key(EDGE_ROLE)
    }
}

/// A persistent volume, where it can be used and who has it.
#[derive(Debug, Deserialize)]
pub(crate) struct Volume {
    pub metadata: Metadata,
    #[serde(default)]
    spec: serde_json::Value,
}

impl Volume {
    /// Whether it is on this host alone: its affinity names the host, and no other.
    pub(super) fn lies_on(&self, host: &str) -> bool {
        let terms = &self.spec["nodeAffinity"]["required"]["nodeSelectorTerms"];
        let terms = terms.as_array().map(Vec::as_slice).unwrap_or_default();
        let names_only_it = |term: &serde_json::Value| {
            let expressions = term["matchExpressions"].as_array();
            expressions.into_iter().flatten().any(|expression| {
                expression["key"] == "kubernetes.io/hostname"
                    && expression["operator"] == "In"
                    && expression["values"] == serde_json::json!([host])
            })
        };
        !terms.is_empty() && terms.iter().all(names_only_it)
    }

    /// Whether this host serves it to all others, by NFS.
    pub(super) fn is_served_by(&self, host: &Host) -> bool {
        let attributes = &self.spec["csi"]["volumeAttributes"];
        let servers = [&self.spec["nfs"]["server"], &attributes["server"]];
        let is_host = |server: &str| {
            let address = server.trim_matches(['[', ']']).parse::<IpAddr>().ok();
            server == host.name || host.addresses().any(|own| address == Some(own))
        };
        servers.into_iter().filter_map(serde_json::Value::as_str).any(is_host)
    }
}

//! What control planes have said, as a report.

use serde_json::json;

use super::world::World;
use crate::StatusReport;
use crate::status::{View, report};

/// What a control plane of the lab prints.
fn answer(holds_vip: bool, local: &str, endpoint: &str, nodes: &str) -> View {
    let vip = u8::from(holds_vip);
    View::read(&format!(
        "## vip\n{vip}\n## local\n{local}\n## endpoint\n{endpoint}\n## nodes\n{nodes}\n## end\n"
    ))
}

/// The API's list of the lab's nodes; `state` tells of one that is not ready.
fn nodes(unready: Option<(&str, &str)>) -> String {
    let node = |name: &&str| {
        let (status, message) = match unready {
            Some((host, message)) if host == *name => ("False", message),
            _ => ("True", "kubelet is posting ready status"),
        };
        json!({
            "metadata": {"name": name, "labels": {}},
            "status": {
                "conditions": [
                    {"type": "MemoryPressure", "status": "False", "message": "enough"},
                    {"type": "Ready", "status": status, "message": message},
                ],
                "nodeInfo": {"kubeletVersion": "v1.20.2", "architecture": "amd64"},
            },
        })
    };
    let items: Vec<_> = ["m1", "m2", "m3", "w1", "w2", "e1"].iter().map(node).collect();
    json!({"kind": "NodeList", "items": items}).to_string()
}

fn reported(views: [View; 3]) -> StatusReport {
    let views = ["m1", "m2", "m3"].map(str::to_owned).into_iter().zip(views).collect::<Vec<_>>();
    report(&World::lab().site.cluster, &views, "172.30.0.100:8443", Vec::new())
}

fn healthy(holds_vip: bool) -> View {
    answer(holds_vip, "ok", "ok", &nodes(None))
}

#[test]
fn a_healthy_cluster() {
    let report = reported([healthy(false), healthy(true), healthy(false)]);
    assert!(report.healthy);
    insta::assert_json_snapshot!(report);
}

#[test]
fn a_node_that_is_not_ready_says_why() {
    let view = |holds| answer(holds, "ok", "ok", &nodes(Some(("w2", "container runtime is down"))));
    let report = reported([view(true), view(false), view(false)]);
    assert!(!report.healthy);
    assert_eq!(report.problems, ["node w2: container runtime is down"]);
}

#[test]
fn the_vip_is_held_by_exactly_one() {
    let report = reported([healthy(false), healthy(false), healthy(false)]);
    assert_eq!(report.problems, ["the VIP 172.30.0.100 is held by nobody"]);
    let report = reported([healthy(true), healthy(false), healthy(true)]);
    assert_eq!(report.problems, ["the VIP 172.30.0.100 is held by m1, m3"]);
    assert!(!report.healthy);
}

#[test]
fn an_api_server_that_is_down_is_named() {
    let down = answer(true, "The connection to the server m1:6443 was refused", "ok", "{}");
    let report = reported([down, healthy(false), healthy(false)]);
    assert_eq!(
        report.problems,
        ["the API through m1 (172.30.0.11:6443): The connection to the server m1:6443 was refused"]
    );
    assert!(report.nodes.iter().all(|node| node.ready), "others tell of the nodes");
}

#[test]
fn without_any_api_nothing_is_known_of_nodes() {
    let down = || answer(false, "", "Unable to connect", "error");
    insta::assert_snapshot!(reported([down(), down(), down()]).problems.join("\n"), @r"
    the API through m1 (172.30.0.11:6443): no answer
    the API through m2 (172.30.0.12:6443): no answer
    the API through m3 (172.30.0.13:6443): no answer
    the API through endpoint (172.30.0.100:8443): Unable to connect
    node m1: no API server answers
    node m2: no API server answers
    node m3: no API server answers
    node w1: no API server answers
    node w2: no API server answers
    node e1: no API server answers
    the VIP 172.30.0.100 is held by nobody
    ");
}

#[test]
fn a_control_plane_that_cannot_be_asked_is_a_problem_of_its_own() {
    let views = [("m2".to_owned(), healthy(true)), ("m3".to_owned(), healthy(false))];
    let problems = vec!["m1 cannot be asked: connect to m1: connection refused".to_owned()];
    let report = report(&World::lab().site.cluster, &views, "172.30.0.100:8443", problems);
    insta::assert_snapshot!(report.problems.join("\n"), @r"
    m1 cannot be asked: connect to m1: connection refused
    the API through m1 (172.30.0.11:6443): its host cannot be asked
    ");
}

#[test]
fn a_host_that_has_not_joined() {
    let list = nodes(None).replace("\"w1\"", "\"someone-else\"");
    let view = |holds| answer(holds, "ok", "ok", &list);
    let report = reported([view(true), view(false), view(false)]);
    assert_eq!(report.problems, ["node w1: it has not joined"]);
}

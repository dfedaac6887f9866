//! What control planes have said, as a report.

use std::collections::BTreeMap;

use serde_json::json;

use super::world::World;
use crate::StatusReport;
use crate::certificates::certificates;
use crate::status::{Asked, View, report};

const CONTROL_PLANES: [&str; 3] = ["m1", "m2", "m3"];
const ALL: [&str; 6] = ["m1", "m2", "m3", "w1", "w2", "e1"];

/// What a control plane of the lab prints, by section; a section that is given replaces its own.
fn answer(host: &str, other: &[(&str, &str)]) -> View {
    let own = [
        ("traces", "joined".to_owned()),
        ("vip", if host == "m2" { "1" } else { "0" }.to_owned()),
        ("vip-since", if host == "m2" { "1795155330.123456" } else { "" }.to_owned()),
        ("local", "ok".to_owned()),
        ("endpoint", "ok".to_owned()),
        ("nodes", nodes(None)),
        ("addons", json!({"items": []}).to_string()),
        ("etcd-health", json!({"health": "true"}).to_string()),
        ("etcd-status", store(20 << 20, 15 << 20)),
        ("etcd-members", members(&CONTROL_PLANES)),
    ];
    let own = own.iter().map(|(section, text)| {
        let given = other.iter().find(|(name, _)| name == section).map(|(_, text)| *text);
        (*section, given.unwrap_or(text))
    });
    let added =
        other.iter().filter(|(name, _)| ["due", "etcd-quota", "removed"].contains(name)).copied();
    let sections = own.chain(added).map(|(section, text)| format!("## {section}\n{text}\n\n"));
    View::read(&(sections.collect::<String>() + "## end\n"))
}

/// etcd's own words on a store of that size, of which so much is in use; the second member leads.
fn store(bytes: u64, used: u64) -> String {
    json!({
        "header": {"member_id": "1", "revision": "2400"}, "version": "3.4.23",
        "dbSize": bytes.to_string(), "leader": "18311209450918300002", "raftTerm": "2",
        "dbSizeInUse": used.to_string(),
    })
    .to_string()
}

fn members(names: &[&str]) -> String {
    let member = |(index, name): (usize, &&str)| {
        json!({
            "ID": (18_311_209_450_918_300_001_u64 + index as u64).to_string(),
            "name": name,
            "peerURLs": [format!("https://172.30.0.{}:2380", 11 + index)],
        })
    };
    let members: Vec<_> = names.iter().enumerate().map(member).collect();
    json!({"header": {"cluster_id": "1"}, "members": members}).to_string()
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
    let items: Vec<_> = ALL.iter().map(node).collect();
    json!({"kind": "NodeList", "items": items}).to_string()
}

/// The lab, with other answers of some hosts.
fn asked(others: &[(&str, &[(&str, &str)])]) -> Asked {
    let views = ALL.iter().map(|host| {
        let other = others.iter().find(|(name, _)| name == host).map_or(&[][..], |(_, said)| said);
        let view = if CONTROL_PLANES.contains(host) {
            answer(host, other)
        } else {
            let sections = other.iter().map(|(name, text)| format!("## {name}\n{text}\n"));
            View::read(&sections.collect::<String>())
        };
        ((*host).to_owned(), view)
    });
    Asked { views: views.collect(), ..Asked::default() }
}

fn reported(others: &[(&str, &[(&str, &str)])]) -> StatusReport {
    report(&World::lab().site.cluster, asked(others))
}

#[test]
fn a_healthy_cluster() {
    let report = reported(&[]);
    assert_eq!((report.healthy, report.warnings.as_slice()), (true, &[][..]));
    insta::assert_json_snapshot!(report);
}

#[test]
fn a_node_that_is_not_ready_says_why() {
    let unready = nodes(Some(("w2", "container runtime is down")));
    let report = reported(&[("m1", &[("nodes", &unready)])]);
    assert!(!report.healthy);
    assert_eq!(report.problems, ["node w2: container runtime is down"]);
}

#[test]
fn the_vip_is_held_by_exactly_one() {
    let report = reported(&[("m2", &[("vip", "0")])]);
    assert_eq!(report.problems, ["the VIP 172.30.0.100 is held by nobody"]);
    let report = reported(&[("m1", &[("vip", "1")])]);
    assert_eq!(report.problems, ["the VIP 172.30.0.100 is held by m1, m2"]);
    assert!(!report.healthy);
}

#[test]
fn an_api_server_that_is_down_is_named() {
    let said = "The connection to the server m1:6443 was refused";
    let report = reported(&[("m1", &[("local", said), ("nodes", "{}"), ("addons", said)])]);
    assert_eq!(
        report.problems,
        ["the API through m1 (172.30.0.11:6443): The connection to the server m1:6443 was refused"]
    );
    assert!(report.nodes.iter().all(|node| node.ready), "others tell of the nodes");
    assert!(report.addons.is_some(), "and of the addons");
}

#[test]
fn without_any_api_nothing_is_known_of_nodes() {
    let down: [(&str, &str); 6] = [
        ("vip", "0"),
        ("local", ""),
        ("endpoint", "Unable to connect"),
        ("nodes", "error"),
        ("addons", "error"),
        ("etcd-health", ""),
    ];
    let mut asked = asked(&[("m1", &down), ("m2", &down), ("m3", &down)]);
    asked.addons = BTreeMap::from([("calico".to_owned(), "3.31.0".to_owned())]);
    let report = report(&World::lab().site.cluster, asked);
    assert_eq!(report.addons, None);
    insta::assert_snapshot!(report.problems.join("\n"));
}

#[test]
fn a_host_that_cannot_be_asked_is_a_problem_of_its_own() {
    let mut asked = asked(&[]);
    asked.views.remove(0);
    asked.silent = vec!["m1 cannot be asked: connect to m1: connection refused".to_owned()];
    let report = report(&World::lab().site.cluster, asked);
    insta::assert_snapshot!(report.problems.join("\n"), @r"
    m1 cannot be asked: connect to m1: connection refused
    the API through m1 (172.30.0.11:6443): its host cannot be asked
    etcd m1: its host cannot be asked
    ");
    assert_eq!(report.etcd.leader.as_deref(), Some("m2"), "others tell who leads");
}

#[test]
fn without_control_planes_it_is_still_told() {
    let mut asked = asked(&[]);
    asked.views.drain(..3);
    let report = report(&World::lab().site.cluster, asked);
    insta::assert_snapshot!(report.problems.join("\n"));
}

#[test]
fn a_host_that_has_not_joined_and_one_that_was_forgotten() {
    let list = nodes(None).replace("\"w1\"", "\"someone-else\"");
    let report = reported(&[("m1", &[("nodes", &list)])]);
    assert_eq!(report.problems, ["node w1: it has not joined"]);
    assert_eq!(
        report.warnings,
        ["the node someone-else is not in the spec: `provisioner up --prune` removes it"]
    );
    let report = reported(&[("m1", &[("nodes", &list)]), ("w1", &[("traces", "joined")])]);
    assert_eq!(
        report.problems,
        [
            "node w1: the cluster has forgotten it, and what is on it is still there: `provisioner scale --remove` cleans it"
        ]
    );
}

#[test]
fn members_of_etcd_are_those_of_the_spec_and_well() {
    let three = members(&["m1", "m2", "m4"]);
    let alarm = store(20 << 20, 15 << 20)
        .replace("\"version\"", "\"errors\":[\"memberID:1 alarm:NOSPACE \"],\"version\"");
    let all: [(&str, &str); 1] = [("etcd-members", &three)];
    let report = reported(&[
        ("m1", &[("etcd-members", &three), ("etcd-status", &alarm)]),
        ("m2", &[("etcd-members", &three), ("etcd-health", r#"{"health":"false"}"#)]),
        ("m3", &all),
    ]);
    insta::assert_snapshot!(report.problems.join("\n"), @r#"
    etcd m1: memberID:1 alarm:NOSPACE 
    etcd m2: {"health":"false"}
    etcd m4: its host cannot be asked
    etcd has a member "m4", which is no control plane of the spec
    etcd has no member on m3
    "#);
}

#[test]
fn an_etcd_without_a_leader_is_a_problem() {
    let none = r#"{"version": "3.6.6", "dbSize": "1", "dbSizeInUse": "1"}"#;
    let leaderless: [(&str, &str); 1] = [("etcd-status", none)];
    let report = reported(&[("m1", &leaderless), ("m2", &leaderless), ("m3", &leaderless)]);
    assert_eq!(report.problems, ["etcd has no leader"]);
}

#[test]
fn a_store_that_is_worth_it_is_to_be_defragmented() {
    let (half_free, full) = (store(300 << 20, 100 << 20), store(900 << 20, 890 << 20));
    let report = reported(&[
        ("m1", &[("etcd-status", &half_free)]),
        ("m3", &[("etcd-status", &full), ("etcd-quota", "1073741824")]),
    ]);
    assert!(report.healthy);
    insta::assert_snapshot!(report.warnings.join("\n"), @r"
    etcd m1: 66 % of its store is free; defragment it: `provisioner exec --on m1 -- /usr/local/lib/provisioner/control-plane defragment`
    etcd m3: its store has reached 87 % of what it may be; defragment it: `provisioner exec --on m3 -- /usr/local/lib/provisioner/control-plane defragment`
    ");
}

#[test]
fn addons_by_the_records_of_the_cluster() {
    let record = |name: &str, version: &str| {
        let inventory = json!({"addon": name, "version": version, "objects": []});
        json!({"metadata": {"name": format!("provisioner-addon-{name}")}, "data": {"inventory": inventory.to_string()}})
    };
    let records = [record("calico", "3.31.0"), record("nfs", "1"), record("istio", "1.28.0")];
    let list = json!({"kind": "ConfigMapList", "items": records}).to_string();
    let mut asked = asked(&[("m1", &[("addons", &list)])]);
    let wanted = [("calico", "3.31.0"), ("istio", "1.29.0"), ("logging", "2")];
    asked.addons = wanted.map(|(name, version)| (name.to_owned(), version.to_owned())).into();
    let report = report(&World::lab().site.cluster, asked);
    insta::assert_json_snapshot!((&report.addons, &report.problems, &report.warnings));
}

#[test]
fn certificates_that_end_soon_are_a_warning_and_those_that_have_ended_a_problem() {
    let text = include_str!("../../../pki/tests/data/kubeadm/ca.crt");
    let info = provisioner_pki::certificate_info(text).unwrap();
    let before = |days: i64| info.not_after - jiff::SignedDuration::from_hours(24 * days + 1);
    let answer = format!("## certificate /etc/kubernetes/pki/ca.crt\n{text}\n## end\n");
    let mut asked = asked(&[]);
    asked.certificates = certificates("m1", &answer, before(29), 30);
    asked.certificates.extend(certificates("m2", &answer, before(-3), 30));
    asked.certificates.extend(certificates("m3", &answer, before(30), 30));
    let report = report(&World::lab().site.cluster, asked);
    assert_eq!(report.warnings, ["m1: /etc/kubernetes/pki/ca.crt expires in 29 days"]);
    assert_eq!(report.problems, ["m2: /etc/kubernetes/pki/ca.crt expired 3 days ago"]);
}

#[test]
fn hosts_that_have_yet_to_be_cleaned_are_named() {
    let item = |host: &str, address: &str| json!({"metadata": {"name": "x"}, "data": {"host": host, "address": address}});
    let items = [item("w1", "172.30.0.21"), item("w9", "172.30.0.29")];
    let list = json!({"kind": "ConfigMapList", "items": items}).to_string();
    let report = reported(&[("m1", &[("removed", &list)])]);
    assert!(report.healthy);
    insta::assert_snapshot!(report.warnings.join("\n"), @r"
    w1 (172.30.0.21) was removed while it could not be reached, so what was on it is still there: `provisioner scale --remove w1` cleans it
    w9 (172.30.0.29) was removed while it could not be reached, so what was on it is still there: with it in the spec again, `provisioner scale --remove w9` cleans it
    ");
}

#[test]
fn what_a_run_that_was_cut_off_has_left_is_named() {
    let due = "containerd.restart-containerd\nbase.reload";
    let report = reported(&[("w1", &[("due", due)])]);
    assert!(report.healthy);
    assert_eq!(
        report.warnings,
        [
            "w1: a run was cut off before this was done, which `provisioner up` does: containerd.restart-containerd, base.reload"
        ]
    );
}

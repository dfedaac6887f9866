//! The rule about VIPs that move, read with what keepalived's hosts really tell.

use std::path::Path;
use std::process::Command;

use super::specs::{LARGE, cluster, library};
use crate::addon::{Content, Rendered};
use crate::{Secrets, Selection};

const PROGRAM: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../playbooks/files/load-balancer/tell-vip.sh");

/// The expression of an alert of ours.
fn expression(alert: &str) -> String {
    let (cluster, library) = (cluster(LARGE), library());
    let selection = Selection::of(&cluster, &library).unwrap();
    let addon = library.get("monitoring").unwrap();
    let secrets = Secrets::placeholders();
    let rendered = Rendered::new(&cluster, &library, &selection, addon, &secrets).unwrap();
    let rules = rendered.parts.iter().find(|part| part.name == "rules").unwrap();
    let Content::Manifests(manifests) = &rules.content else { panic!("no manifests") };
    let groups = manifests[0].0["spec"]["groups"].as_array().unwrap();
    let mut rules = groups.iter().flat_map(|group| group["rules"].as_array().unwrap());
    let rule = rules.find(|rule| rule["alert"] == alert).unwrap();
    rule["expr"].as_str().unwrap().to_owned()
}

/// The metric and the limit of a rule that counts what has happened on all hosts.
fn counting(expression: &str) -> (String, u64) {
    let inner = expression.strip_prefix("sum by (vip) (increase(");
    let (metric, limit) = inner.unwrap().split_once("[30m])) > ").unwrap();
    (metric.to_owned(), limit.parse().unwrap())
}

/// A host on which keepalived says so; what it has told of a metric then.
fn told(folder: &Path, state: &str, metric: &str) -> u64 {
    let arguments = ["INSTANCE", "api", state, "150"];
    let status = Command::new("sh").arg(PROGRAM).arg(folder).args(arguments).status();
    assert!(status.unwrap().success());
    let text = std::fs::read_to_string(folder.join("provisioner-vip-api.prom")).unwrap();
    let value =
        text.lines().find_map(|line| line.strip_prefix(&format!("{metric}{{vip=\"api\"}} ")));
    value.unwrap_or_else(|| panic!("{metric} is not in {text}")).parse().unwrap()
}

/// How much two hosts tell of a metric beyond what they did, while the VIP moves so often.
fn increase(moves: usize, metric: &str) -> u64 {
    let hosts = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let states =
        |holder: usize| [0, 1].map(|host| if host == holder { "MASTER" } else { "BACKUP" });
    let tell = |holder: usize| -> u64 {
        let told = hosts.iter().zip(states(holder));
        told.map(|(host, state)| self::told(host.path(), state, metric)).sum()
    };
    let before = tell(0);
    (1..=moves).fold(before, |_, turn| tell(turn % 2)) - before
}

#[test]
fn a_vip_that_moves_again_and_again_is_told_and_one_that_moved_is_not() {
    let (metric, limit) = counting(&expression("VirtualAddressMoves"));
    assert!(increase(1, &metric) <= limit, "an upgrade moves it once or twice");
    assert!(increase(2, &metric) <= limit);
    assert!(increase(3, &metric) > limit);
}

#[test]
fn who_holds_it_is_what_hosts_tell() {
    let expression = expression("VirtualAddressNotHeldByOne");
    let metric = expression.strip_prefix("sum by (vip) (").unwrap().strip_suffix(") != 1").unwrap();
    let host = tempfile::tempdir().unwrap();
    assert_eq!(["BACKUP", "MASTER"].map(|state| told(host.path(), state, metric)), [0, 1]);
}

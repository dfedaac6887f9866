//! What keepalived calls, and node-exporter reads.

use std::process::Command;

use tempfile::TempDir;

const PROGRAM: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../playbooks/files/load-balancer/tell-vip.sh");

/// What a state of keepalived's makes of the metrics: who holds the VIP, and how often it has moved.
fn tell(folder: &TempDir, state: &str) -> (String, String) {
    let arguments = ["INSTANCE", "api", state, "150"];
    let told = Command::new("sh").arg(PROGRAM).arg(folder.path()).args(arguments).status();
    assert!(told.unwrap().success(), "{state}");
    let text = fs_err::read_to_string(folder.path().join("provisioner-vip-api.prom")).unwrap();
    let value = |metric: &str| {
        let start = format!("{metric}{{vip=\"api\"}} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&start));
        value.unwrap_or_else(|| panic!("no {metric}: {text}")).to_owned()
    };
    (value("provisioner_vip_holder"), value("provisioner_vip_transitions_total"))
}

#[test]
fn each_change_of_the_holder_counts_and_nothing_else_does() {
    let folder = TempDir::new().unwrap();
    let told = ["BACKUP", "MASTER", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP"]
        .map(|state| tell(&folder, state));
    let wanted = ["0 0", "1 1", "1 1", "0 2", "0 2", "1 3", "0 4"].map(|pair| {
        let (holder, moves) = pair.split_once(' ').unwrap();
        (holder.to_owned(), moves.to_owned())
    });
    assert_eq!(told, wanted);
    let left = fs_err::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 1, "node-exporter reads no half of a file");
}

#[test]
fn whoever_holds_it_when_monitoring_comes_has_not_just_got_it() {
    assert_eq!(tell(&TempDir::new().unwrap(), "MASTER"), ("1".to_owned(), "0".to_owned()));
}

use provisioner_lab::{HostState, Lab};

use crate::support::{TestLab, sh, text};

const MARKS: &str =
    "cat /root/mark /var/lib/etcd/mark /var/lib/containerd/mark /var/lib/kubelet/mark";

async fn leave_marks(lab: &Lab, host: &str) {
    let script = "for folder in /root /var/lib/etcd /var/lib/containerd /var/lib/kubelet; do \
                  echo $folder >$folder/mark; done";
    text(&lab.shell(host, script).await.expect("shell"));
}

async fn look(lab: &Lab, host: &str, script: &str) -> String {
    text(&lab.shell(host, script).await.expect("shell"))
}

#[tokio::test]
async fn real_a_host_keeps_its_state_over_a_reboot() {
    let test = TestLab::new("t-reboot", 253, &["m1"]).await;
    test.up().await;
    let lab = test.open();
    leave_marks(&lab, "m1").await;
    let same = format!("{MARKS}; cat /etc/machine-id /sys/class/net/eth0/address");
    let boot = "cat /proc/sys/kernel/random/boot_id";
    let before = look(&lab, "m1", &same).await;
    let mut boots = vec![look(&lab, "m1", boot).await];

    lab.reboot("m1").await.expect("reboot");
    boots.push(look(&lab, "m1", boot).await);
    assert_eq!(look(&lab, "m1", &same).await, before, "after a reboot");

    lab.power_off("m1").await.expect("power off");
    assert_eq!(test.states().await, [HostState::Off]);
    assert!(lab.shell("m1", "true").await.is_err());
    lab.start("m1").await.expect("start");
    boots.push(look(&lab, "m1", boot).await);
    assert_eq!(look(&lab, "m1", &same).await, before, "after a power-off");

    lab.shutdown("m1").await.expect("shutdown");
    assert_eq!(test.states().await, [HostState::Off]);
    lab.start("m1").await.expect("start");
    boots.push(look(&lab, "m1", boot).await);
    assert_eq!(look(&lab, "m1", &same).await, before, "after a shutdown");

    assert_eq!(text(&test.ssh("root", "m1", "hostname")), "m1", "its key is the same");
    boots.sort();
    boots.dedup();
    assert_eq!(boots.len(), 4, "each was a boot of its own");
    test.down().await;
}

#[tokio::test]
async fn real_what_a_host_had_in_memory_is_gone_after_a_reboot() {
    let test = TestLab::new("t-memory", 254, &["m1"]).await;
    test.up().await;
    let lab = test.open();
    let foreign = "ip address add 172.31.254.99/32 dev eth0; ip link add br9 type bridge; \
                   touch /run/mark; for group in /sys/fs/cgroup/*; do mkdir $group/mark; done";
    look(&lab, "m1", foreign).await;
    lab.reboot("m1").await.expect("reboot");
    let left = "ip -o address | grep 172.31.254.99; ip -o link | grep br9; ls /run/mark; \
                ls -d /sys/fs/cgroup/*/mark; true";
    assert_eq!(look(&lab, "m1", left).await, "");
    test.down().await;
}

/// Kills everything that belongs to the lab, keepers and all.
fn kill_all(lab: &TestLab) {
    let script = format!(
        "cat $(find /sys/fs/cgroup -path '*/provisioner-lab-{}/*' -name cgroup.procs) | sort -u | \
         xargs kill -KILL",
        lab.name()
    );
    sh(&script);
}

#[tokio::test]
async fn real_a_killed_lab_is_taken_over() {
    let test = TestLab::new("t-killed", 249, &["m1", "w1"]).await;
    test.up().await;
    leave_marks(&test.open(), "m1").await;
    kill_all(&test);
    while test.states().await != [HostState::Off, HostState::Off] {
        tokio::task::yield_now().await;
    }
    test.up().await;
    assert!(look(&test.open(), "m1", MARKS).await.contains("/var/lib/etcd"));
    test.down().await;
}

#[tokio::test]
async fn real_a_killed_lab_is_removed_wholly() {
    let test = TestLab::new("t-gone", 248, &["m1", "w1"]).await;
    test.up().await;
    kill_all(&test);
    // Not even the record is needed.
    std::fs::remove_file(test.paths.root().join("t-gone/lab.json")).expect("removed");
    test.down().await;
    assert_eq!(test.traces(), [].into());
}

#[tokio::test]
async fn real_a_cut_host_is_silent_until_it_is_restored() {
    let test = TestLab::new("t-cut", 247, &["m1", "m2"]).await;
    test.up().await;
    let lab = test.open();
    let reaches_m2 = "ping -c 1 -W 1 172.31.247.12 >/dev/null && echo yes || echo no";
    assert_eq!(look(&lab, "m1", reaches_m2).await, "yes");

    lab.cut("m2").await.expect("cut");
    assert_eq!(look(&lab, "m1", reaches_m2).await, "no");
    assert_eq!(test.states().await, [HostState::Ready, HostState::Running]);
    assert_eq!(look(&lab, "m2", "cat /sys/class/net/eth0/carrier").await, "1");

    lab.restore("m2").await.expect("restore");
    assert_eq!(look(&lab, "m1", reaches_m2).await, "yes");
    assert_eq!(test.states().await, [HostState::Ready, HostState::Ready]);
    test.down().await;
}

#[tokio::test]
async fn real_hosts_come_and_go_with_the_definition() {
    let mut test = TestLab::new("t-grow", 246, &["m1", "w1"]).await;
    test.up().await;
    leave_marks(&test.open(), "m1").await;
    let grown = TestLab::definition("t-grow", 246, &["m1", "w1", "w2"]);
    test.definition = grown;
    assert_eq!(test.up().await.hosts.len(), 3);
    test.definition.hosts.remove(1);
    test.up().await;
    assert!(look(&test.open(), "m1", MARKS).await.contains("/root"));
    let mut traces = test.traces();
    traces.retain(|trace| trace.contains("w1"));
    assert_eq!(traces, [].into(), "what is left of the host that went");
    test.down().await;
}

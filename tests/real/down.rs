//! `down` leaves hosts as they were before the first `up`, whatever they have of their own.

use std::collections::BTreeMap;
use std::time::Duration;

use provisioner_tests::{Inventory, Kubectl, Program, Random, Run, Spec, TestLab, figure};

const HOSTS: [&str; 2] = ["m1", "w1"];

/// Packages of ours that the host has already, one of them held and one that came with another; a
/// runtime with its own configuration; firewall rules of every kind; a service; files that are
/// changed, one of them without an end of its last line.
const OWN: &str = r#"set -e
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends containerd ethtool iptables nftables socat >/dev/null
apt-mark -q hold socat
apt-mark -q auto ethtool
printf 'version = 2\n# my own\n' >/etc/containerd/config.toml
chmod 640 /etc/containerd/config.toml
systemctl restart containerd
nft -f - <<'END'
table inet own {
    set admins { type ipv4_addr; elements = { 10.9.9.9 } }
    chain input { type filter hook input priority -5; ip saddr @admins accept; tcp dport 9999 drop; }
}
END
iptables -A INPUT -s 10.8.8.8 -j DROP -m comment --comment "for KUBE-FIREWALL's sake"
iptables -N OWN
iptables -A OWN -j RETURN
iptables -A FORWARD -s 10.7.7.7 -j OWN
iptables -t nat -A PREROUTING -p tcp --dport 8088 -j REDIRECT --to-ports 22
ip6tables -A INPUT -s 2001:db8::1 -j DROP
printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' >/etc/systemd/system/own.service
systemctl -q enable --now own
ip route add 10.6.0.0/16 dev lo proto static
printf '10.1.1.1 own' >>/etc/hosts
echo 'runtime-endpoint: unix:///own.sock' >/etc/crictl.yaml
chmod 600 /etc/crictl.yaml
chown ops:ops /etc/crictl.yaml
echo own >/etc/hostname
echo own >/proc/sys/kernel/hostname"#;

/// A service of the host's own for which those wait that need a network.
const SLOW_START: &str = r"set -e
cat >/etc/systemd/system/slow.service <<'END'
[Unit]
Before=network-online.target
[Service]
Type=oneshot
ExecStart=/bin/sleep 10
[Install]
WantedBy=network-online.target
END
systemctl -q enable slow";

struct Before(BTreeMap<&'static str, Inventory>);

#[test]
fn real_down_leaves_hosts_as_they_were() {
    let lab = TestLab::new("t-down", 15, &HOSTS);
    lab.shell("m1", OWN);
    lab.shell("w1", SLOW_START);
    let mut spec = Spec::of(&lab);
    // With a load balancer, though there is one control plane only.
    spec.set_yaml("spec.hosts.apiEndpoint", &format!("{{vip: {}, port: 8443}}", lab.address(100)));
    let program = Program::new(&lab, &spec);
    let before = Before(HOSTS.map(|host| (host, Inventory::of(&lab, host))).into());

    nothing_is_done_to_hosts_without_a_ledger(&lab, &program, &before);
    half_an_up_is_undone(&lab, &program, &before);
    another_clusters_host_is_refused(&lab, &program);
    let up = program.up().expect(0);
    figure("down", "up", format!("{:.1} s ({})", up.seconds, up.stages()));
    is_cut_off_and_finished(&lab, &program, &before);
    program.up().expect(0);
    is_healthy(&program);
    without_an_api_and_a_host(&lab, &program, &before);
}

fn nothing_is_done_to_hosts_without_a_ledger(lab: &TestLab, program: &Program, before: &Before) {
    assert!(program.down().expect(0).changed().is_empty());
    before.compare(lab, &HOSTS);
}

fn half_an_up_is_undone(lab: &TestLab, program: &Program, before: &Before) {
    let up = program.start_up();
    up.reach_step("w1", "the runtime and the programs that Kubernetes calls are installed");
    up.signal("KILL");
    up.finish();
    program.down().expect(0);
    before.compare(lab, &HOSTS);
}

fn another_clusters_host_is_refused(lab: &TestLab, program: &Program) {
    lab.shell("w1", "mkdir /var/lib/provisioner && echo other >/var/lib/provisioner/cluster");
    let refused = program.down().expect(1);
    assert!(refused.stdout.contains("w1 belongs to other"), "{}", refused.account());
    lab.shell("w1", "cat /var/lib/provisioner/cluster && rm -r /var/lib/provisioner");
}

/// Again and again, until one comes to its end; then there is nothing left to do.
fn is_cut_off_and_finished(lab: &TestLab, program: &Program, before: &Before) {
    let mut random = Random::new();
    for (stage, within) in [("reset", 4.0), ("restore", 6.0), ("restore", 12.0), ("forget", 0.1)] {
        let mut down = program.start_down();
        down.wait_for_stage(stage);
        if !down.ended_within(Duration::from_secs_f64(within * random.fraction())) {
            down.signal("KILL");
        }
        let down = down.finish();
        assert!(matches!(down.code, None | Some(0)), "{}", down.account());
    }
    let last = program.down().expect(0);
    before.compare(lab, &HOSTS);
    assert!(program.down().expect(0).changed().is_empty(), "{}", last.account());
}

fn is_healthy(program: &Program) {
    let path = program.home().join("kubeconfig.yaml");
    program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
    assert_eq!(Kubectl::new(&path).ready_nodes(), HOSTS);
}

/// The API is dead and a host is gone; when that is there again, the same command finishes it.
fn without_an_api_and_a_host(lab: &TestLab, program: &Program, before: &Before) {
    lab.power_off("w1");
    lab.shell(
        "m1",
        "rm /etc/kubernetes/manifests/*; rm -rf /var/lib/etcd/member; systemctl stop containerd",
    );
    let down = program.down().expect(1);
    let failed: Vec<&str> = failures(&down);
    assert_eq!(failed, ["w1"], "{}", down.account());
    figure("down", "down", format!("{:.1} s ({})", down.seconds, down.stages()));
    // It was the host's own, and was stopped by hand.
    lab.shell("m1", "systemctl start containerd");
    before.compare(lab, &["m1"]);

    // It has not come to its end of starting, and what it is about to start is the cluster's.
    lab.start("w1");
    let down = program.down().expect(0);
    assert!(down.changed().iter().all(|change| change.host == "w1"), "{}", down.account());
    lab.wait("w1", "[ \"$(systemctl show -p ActiveState --value slow)\" = inactive ]");
    before.compare(lab, &["w1"]);
}

fn failures(run: &Run) -> Vec<&str> {
    let summary = run.events.last().expect("a summary");
    let failures = summary["failures"].as_array().expect("failures");
    failures.iter().filter_map(|failure| failure["host"].as_str()).collect()
}

impl Before {
    #[track_caller]
    fn compare(&self, lab: &TestLab, hosts: &[&str]) {
        for host in hosts {
            let difference = Inventory::of(lab, host).difference(&self.0[host]);
            assert!(difference.is_empty(), "{host}: {difference:#?}");
        }
    }
}

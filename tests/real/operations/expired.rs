use provisioner_tests::figure;

use super::{CONTROL_PLANES, HOSTS, Operations};

/// Every certificate of a control plane is signed anew, for no time at all.
const EXPIRE: &str = include_str!("expire.sh");
/// As after a year without power: nothing of it runs, and the kubelet does not start.
const STOP: &str = "systemctl stop kubelet; for name in kube-scheduler kube-controller-manager kube-apiserver etcd; do \
                    /usr/local/lib/provisioner/component stop $name 5; done; systemctl start kubelet || :";

/// All control planes at once, so that nobody answers any more.
pub(crate) fn control_planes_come_back(cluster: &Operations) {
    for host in CONTROL_PLANES {
        cluster.lab.shell(host, EXPIRE);
    }
    for host in CONTROL_PLANES {
        cluster.lab.shell(host, STOP);
    }
    let status = cluster.program.run("certs status", &["--output", "json"]).expect(1).json();
    let all = status["certificates"].as_array().expect("certificates").iter();
    let expired = all.filter(|one| one["host"] == "m3" && one["state"] == "expired").count();
    assert!(expired >= 11, "{status}");
    assert!(!cluster.api.is_ready());

    let renewed = cluster.program.run("certs renew", &["--yes", "--output", "json"]).expect(0);
    let took = format!("{:.1} s ({})", renewed.seconds, renewed.stages());
    figure("operations", "expired certificates renewed", took);
    assert!(cluster.api.is_ready());
    cluster.kubectl.wait_for_etcd("m1", CONTROL_PLANES.len());
    cluster.kubectl.wait_for_nodes(HOSTS.len());
    cluster.program.run("certs status", &[]).expect(0);
    cluster.program.plan().expect(0);
}

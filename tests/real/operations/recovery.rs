use provisioner_tests::{figure, newer_bundle};

use super::{CONTROL_PLANES, HOSTS, Operations};

/// What was written since is lost, what was lost since is there again.
pub(crate) fn a_snapshot_is_brought_back(cluster: &Operations) {
    let kubectl = &cluster.kubectl;
    kubectl.run(&["create", "namespace", "earlier"]);
    let file = cluster.program.home().join("etcd.snapshot");
    let options = ["-o", file.as_str(), "--output", "json"];
    let snapshot = cluster.program.run("etcd snapshot", &options).expect(0).json();
    assert!(snapshot["revision"].as_u64().expect("a revision") > 0, "{snapshot}");
    kubectl.run(&["create", "namespace", "later"]);
    kubectl.run(&["delete", "namespace", "earlier"]);

    // A control plane without its state: it joins again afterwards.
    cluster.lab.shell("m2", "rm -rf /var/lib/etcd/member; systemctl stop kubelet");
    let restored = cluster.program.run("etcd restore", &[file.as_str(), "--yes"]).expect(0);
    figure("operations", "a snapshot brought back", format!("{:.1} s", restored.seconds));
    kubectl.wait(&["get", "namespace", "earlier"], |_| true);
    assert!(!kubectl.try_run(&["get", "namespace", "later"], "").status.success());
    cluster.program.start_up_with(newer_bundle()).finish().expect(0);
    kubectl.wait_for_etcd("m2", CONTROL_PLANES.len());
    kubectl.wait_for_nodes(HOSTS.len());
    cluster.program.plan_with(newer_bundle()).expect(0);
}

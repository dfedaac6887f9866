use provisioner_tests::{figure, newer_bundle, version_of};

use super::{HOSTS, Operations};

/// It is killed while the second control plane changes; until it is finished, `up` refuses.
pub(crate) fn a_killed_upgrade_is_finished(cluster: &mut Operations) {
    let (bundle, version) = (newer_bundle().as_str(), version_of(newer_bundle()));
    let plan = ["--to", &version, "--bundle", bundle, "--plan", "--detailed-exitcode"];
    cluster.program.run("upgrade", &plan).expect(6);

    let looks = cluster.api.watch();
    let options = ["--to", &version, "--bundle", bundle, "--yes", "--output", "json"];
    let upgrade = cluster.program.start("upgrade", &options);
    upgrade.reach_step("m2", &format!("the control plane is of {version}"));
    upgrade.signal("KILL");
    upgrade.finish();
    let refused = cluster.program.up().expect(4);
    assert!(refused.stdout.contains("upgrade"), "{}", refused.account());

    let finished = cluster.program.run("upgrade", &options).expect(0);
    let took = format!("{:.1} s ({})", finished.seconds, finished.stages());
    figure("operations", "an upgrade that was killed is finished", took);
    cluster.answered(looks, "an upgrade");
    let versions = "jsonpath={range .items[*]}{.status.nodeInfo.kubeletVersion} {end}";
    let versions = cluster.kubectl.run(&["get", "nodes", "-o", versions]);
    assert_eq!(versions.trim(), vec![format!("v{version}"); HOSTS.len()].join(" "));
    cluster.kubectl.wait_for_nodes(HOSTS.len());

    cluster.program.up().expect(4);
    cluster.spec.set("spec.kubernetes.version", version);
    cluster.program.set_spec(&cluster.spec);
    cluster.program.plan_with(newer_bundle()).expect(0);
}

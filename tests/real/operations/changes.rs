use std::collections::{BTreeMap, BTreeSet};

use provisioner_tests::figure;
use serde_json::Value;

use super::{CONTROL_PLANES, HOSTS, Operations};

pub(crate) fn an_edit_reaches_every_node(cluster: &mut Operations) {
    cluster.spec.set_yaml("spec.kubernetes.apiServer", "{extraArgs: {audit-log-maxage: '7'}}");
    cluster.spec.set_yaml("spec.kubernetes.scheduler", "{resources: {requests: {cpu: 33m}}}");
    cluster.spec.set("spec.kubernetes.kubelet.maxPods", 77);
    cluster.spec.set("spec.security.profile", "cis");
    cluster.program.set_spec(&cluster.spec);
    let planned = cluster.program.plan().expect(6).changed();
    let hosts: BTreeSet<_> = planned.iter().map(|change| change.host.as_str()).collect();
    assert_eq!(hosts, BTreeSet::from(HOSTS), "{planned:#?}");

    let looks = cluster.api.watch();
    let up = cluster.program.up().expect(0);
    figure("operations", "an edit on every node", format!("{:.1} s", up.seconds));
    cluster.answered(looks, "an edit");
    for host in CONTROL_PLANES {
        let manifest = cluster.lab.shell(host, "cat /etc/kubernetes/manifests/kube-apiserver.yaml");
        assert!(manifest.contains("--audit-log-maxage=7"), "{host}: {manifest}");
        let scheduler =
            cluster.lab.shell(host, "cat /etc/kubernetes/manifests/kube-scheduler.yaml");
        assert!(scheduler.contains("cpu: 33m"), "{host}: {scheduler}");
    }
    let pods = "jsonpath={range .items[*]}{.status.capacity.pods} {end}";
    cluster.kubectl.wait(&["get", "nodes", "-o", pods], |text| text.trim() == "77 77 77 77");
    cluster.program.plan().expect(0);
}

pub(crate) fn what_cannot_change_is_refused(cluster: &mut Operations) {
    let mut other = cluster.spec.clone();
    other.set("spec.network.podCidr", "10.245.0.0/16");
    cluster.program.set_spec(&other);
    for refused in [cluster.program.plan(), cluster.program.up()] {
        let refused = refused.expect(4);
        assert!(refused.stdout.contains("podCidr"), "{}", refused.account());
    }
    cluster.program.set_spec(&cluster.spec);
    cluster.program.plan().expect(0);
}

pub(crate) fn certificates_are_renewed(cluster: &Operations) {
    let before = ends(cluster);
    let looks = cluster.api.watch();
    let renewed = cluster.program.run("certs renew", &["--yes", "--output", "json"]).expect(0);
    figure("operations", "certificates renewed", format!("{:.1} s", renewed.seconds));
    cluster.answered(looks, "new certificates");
    let after = ends(cluster);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (which, end) in before {
        assert!(after[&which] > end, "{which} ends at {} as before", after[&which]);
    }
    cluster.kubectl.wait_for_nodes(HOSTS.len());
    cluster.program.plan().expect(0);
}

/// When each certificate ends, but for those of authorities.
fn ends(cluster: &Operations) -> BTreeMap<String, String> {
    let report = cluster.program.run("certs status", &["--output", "json"]).expect(0).json();
    assert_eq!(report["healthy"], true, "{report}");
    let text = |one: &Value, key: &str| one[key].as_str().expect(key).to_owned();
    let all = report["certificates"].as_array().expect("certificates").iter();
    let ends: BTreeMap<_, _> = all
        .filter(|one| one["isAuthority"] == false)
        .map(|one| (text(one, "host") + ":" + &text(one, "path"), text(one, "notAfter")))
        .collect();
    let of_a_control_plane = ends.keys().filter(|key| key.starts_with("m3:")).count();
    assert!(of_a_control_plane >= 11, "{ends:#?}");
    ends
}

use provisioner_tests::figure;

use super::{CONTROL_PLANES, HOSTS, Operations, clients};

const STEP: &str = "its kubeconfigs lead to the API's address";

/// Another VIP and another port, in a run that is killed in the middle and one that finishes it.
pub(crate) fn the_api_gets_another_address(cluster: &mut Operations) {
    let (former, vip) = (cluster.lab.address(100), cluster.lab.address(99));
    cluster.spec.set_yaml("spec.hosts.apiEndpoint", &format!("{{vip: {vip}, port: 9443}}"));
    cluster.program.set_spec(&cluster.spec);
    let planned = cluster.program.plan().expect(6);
    let changes = planned.changed();
    for host in HOSTS {
        assert!(changes.iter().any(|one| one.host == host && one.step == STEP), "{changes:#?}");
    }

    let killed = cluster.program.start_up();
    killed.reach_step("m2", STEP);
    killed.signal("KILL");
    killed.finish();
    // Whoever has changed over is answered, and so is whoever has not.
    for address in [format!("{former}:8443"), format!("{vip}:9443")] {
        let ask = format!(
            "kubectl --kubeconfig /etc/kubernetes/admin.conf --server https://{address} get --raw /readyz"
        );
        assert_eq!(cluster.lab.shell("m2", &ask), "ok", "{address}");
    }
    let up = cluster.program.up().expect(0);
    figure("operations", "another address for the API, finished", format!("{:.1} s", up.seconds));

    let endpoint = format!("{vip}:9443");
    (cluster.kubectl, cluster.api) = clients(&cluster.program, &endpoint);
    assert!(cluster.api.is_ready());
    cluster.kubectl.wait_for_nodes(HOSTS.len());
    for host in HOSTS {
        let left = format!("grep -lF {former}: /etc/kubernetes/*.conf || :");
        assert_eq!(cluster.lab.shell(host, &left), "", "{host}");
        let held = format!("ip -o address show to {former}");
        assert_eq!(cluster.lab.shell(host, &held), "", "{host}");
    }
    for host in CONTROL_PLANES {
        let names = format!("grep -F {former}: /etc/provisioner/kubeadm.yaml || :");
        assert_eq!(cluster.lab.shell(host, &names), "", "{host}");
    }
    for (namespace, map) in [
        ("kube-system", "kube-proxy"),
        ("kube-system", "kubeadm-config"),
        ("kube-public", "cluster-info"),
    ] {
        let text = cluster.kubectl.run(&["-n", namespace, "get", "configmap", map, "-o", "yaml"]);
        assert!(text.contains(&endpoint) && !text.contains(&format!("{former}:")), "{map}: {text}");
    }
    cluster.program.plan().expect(0);
}

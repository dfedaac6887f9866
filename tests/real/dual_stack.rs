//! Addresses of both families: nodes have ranges of both, and a service answers at both from other nodes.

use provisioner_tests::{
    Inventory, Kubectl, Program, Spec, TestLab, ask, ask_from_pod, bundle, figure, version_of,
    web_on,
};
use serde_json::json;

const HOSTS: [&str; 3] = ["m1", "w1", "w2"];
/// Dual stack is stable from here on (KEP-563).
const STABLE: u32 = 23;

#[test]
fn real_dual_stack() {
    let version = version_of(bundle());
    let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    if minor.is_none_or(|minor| minor < STABLE) {
        println!("skipped: it needs a bundle of 1.{STABLE} or later, and this one is of {version}");
        return;
    }
    let lab = TestLab::dual_stack("t-dual", 66, &HOSTS);
    let program = Program::new(&lab, &Spec::of(&lab));
    let before = HOSTS.map(|host| Inventory::of(&lab, host));

    let up = program.up().expect(0);
    figure("dual_stack", "up", format!("{:.1} s ({})", up.seconds, up.stages()));
    let path = program.home().join("kubeconfig.yaml");
    program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
    let kubectl = Kubectl::new(&path);
    kubectl.wait_for_nodes(HOSTS.len());
    for host in HOSTS {
        nodes_have_both(&lab, &kubectl, host);
    }
    a_service_answers_at_both(&lab, &kubectl);

    program.plan().expect(0);
    let again = program.up().expect(0);
    assert!(again.changed().is_empty(), "{}", again.account());
    program.down().expect(0);
    for (host, before) in HOSTS.iter().zip(before) {
        let difference = Inventory::of(&lab, host).difference(&before);
        assert!(difference.is_empty(), "{host}: {difference:#?}");
    }
}

fn nodes_have_both(lab: &TestLab, kubectl: &Kubectl, host: &str) {
    let node = kubectl.json(&["get", "node", host]);
    let ranges = node["spec"]["podCIDRs"].as_array().expect("ranges").clone();
    let is_ipv6 = |range: &serde_json::Value| range.as_str().expect("a range").contains(':');
    assert_eq!(ranges.iter().map(is_ipv6).collect::<Vec<_>>(), [false, true], "{host}: {ranges:?}");
    let addresses = node["status"]["addresses"].as_array().expect("addresses").iter();
    let internal = addresses.filter(|address| address["type"] == "InternalIP");
    let internal: Vec<_> = internal.filter_map(|address| address["address"].as_str()).collect();
    let second = lab.secondary_address_of(host).expect("a second address").to_string();
    assert_eq!(internal, [lab.address_of(host), second], "{host}");
}

fn a_service_answers_at_both(lab: &TestLab, kubectl: &Kubectl) {
    for node in ["w1", "w2"] {
        kubectl.apply(&web_on(node));
    }
    kubectl.apply(&service());
    let phases = ["get", "pods", "-l", "app", "-o", "jsonpath={.items[*].status.phase}"];
    kubectl.wait(&phases, |phases| phases == "Running Running");
    let slices = [
        "get",
        "endpointslices",
        "-l",
        "kubernetes.io/service-name=web",
        "-o",
        "jsonpath={.items[*].endpoints[*].nodeName}",
    ];
    kubectl.wait(&slices, |nodes| nodes == "w2 w2");
    let list = |what: &[&str]| -> Vec<String> {
        kubectl.run(what).split_whitespace().map(str::to_owned).collect()
    };
    let service = list(&["get", "service", "web", "-o", "jsonpath={.spec.clusterIPs[*]}"]);
    let pod = list(&["get", "pod", "web-w2", "-o", "jsonpath={.status.podIPs[*].ip}"]);
    for (addresses, port) in [(service, "80"), (pod, "8080")] {
        assert_eq!(addresses.len(), 2, "{addresses:?}");
        for address in addresses {
            let (pod, host) = (ask_from_pod(&address, port), ask(&address, port));
            assert_eq!(lab.wait("w1", &pod), "web-w2", "from a pod: {address}");
            assert_eq!(lab.wait("m1", &host), "web-w2", "from a host: {address}");
        }
    }
    kubectl.run(&["delete", "service/web", "pod/web-w1", "pod/web-w2", "--wait=false"]);
}

/// In front of the pod on w2.
fn service() -> serde_json::Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {
            "ipFamilyPolicy": "RequireDualStack",
            "selector": {"app": "web-w2"},
            "ports": [{"port": 80, "targetPort": 8080}],
        },
    })
}

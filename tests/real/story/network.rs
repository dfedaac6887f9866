use provisioner_tests::{Kubectl, figure, web_on};
use serde_json::json;

use crate::story::Story;

const NODES: [&str; 2] = ["w1", "w2"];

/// A request from inside the pod: by its network namespace, as its image has no client.
const ASK: &str = r#"set -e
task=$(ctr -n k8s.io containers ls | awk '$2 == "provisioner.test/web:1" { print $1 }')
process=$(ctr -n k8s.io tasks ls | awk -v task="$task" '$1 == task { print $2 }')
nsenter -t "$process" -n timeout 5 bash -c '
    exec 3<>/dev/tcp/ADDRESS/80
    printf "GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n" >&3
    tail -n 1 <&3'"#;

pub(crate) fn pods_reach_services_on_other_nodes(story: &Story, kubectl: &Kubectl) {
    for node in NODES {
        kubectl.apply(&web_on(node));
        kubectl.apply(&service(node));
    }
    let phases = ["get", "pods", "-l", "app", "-o", "jsonpath={.items[*].status.phase}"];
    let took = kubectl.wait(&phases, |phases| phases == "Running Running");
    figure("story", "pods on two workers run", format!("{:.1} s", took.as_secs_f64()));
    for (from, to) in [("w1", "w2"), ("w2", "w1")] {
        let name = format!("web-{to}");
        let address = kubectl.run(&["get", "service", &name, "-o", "jsonpath={.spec.clusterIP}"]);
        let backends =
            ["get", "endpoints", &name, "-o", "jsonpath={.subsets[*].addresses[*].nodeName}"];
        kubectl.wait(&backends, |nodes| nodes == to);
        let answer = story.lab.wait(from, &ASK.replace("ADDRESS", &address));
        assert_eq!(answer, name, "what a pod on {from} gets from {address}");
    }
    for node in NODES {
        kubectl.run(&["delete", "pod,service", &format!("web-{node}"), "--wait=false"]);
    }
}

fn service(node: &str) -> serde_json::Value {
    let name = format!("web-{node}");
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]},
    })
}

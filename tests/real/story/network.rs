use provisioner_tests::{Kubectl, ask_from_pod, figure, web_on};
use serde_json::json;

use crate::story::Story;

const NODES: [&str; 2] = ["w1", "w2"];

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
        let answer = story.lab.wait(from, &ask_from_pod(&address, "80"));
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

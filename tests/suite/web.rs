use serde_json::{Value, json};

/// A pod `web-NODE` on a node, of the bundle's web server: at its port 8080 it tells its own name.
pub fn web_on(node: &str) -> Value {
    let name = format!("web-{node}");
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "nodeName": node,
            "containers": [{
                "name": "web",
                "image": "provisioner.test/web:1",
                "imagePullPolicy": "Never",
            }],
        },
    })
}

use serde_json::{Value, json};

const IMAGE: &str = "provisioner.test/web:1";

/// The server's answer and no other: before kube-proxy knows an address, a request for it may leave for elsewhere.
const ASK: &str = r#"timeout 5 bash -c '
    exec 3<>/dev/tcp/ADDRESS/PORT
    printf "GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n" >&3
    tail -n 1 <&3 | grep "^web-"'"#;

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
                "image": IMAGE,
                "imagePullPolicy": "Never",
            }],
        },
    })
}

/// A script for a host: what the web server at an address answers. It fails where there is none.
pub fn ask(address: &str, port: &str) -> String {
    ASK.replace("ADDRESS", address).replace("PORT", port)
}

/// The same from inside of the host's own pod: by its network namespace, as its image has no client.
pub fn ask_from_pod(address: &str, port: &str) -> String {
    let ask = ask(address, port);
    format!(
        r#"set -e
task=$(ctr -n k8s.io containers ls | awk '$2 == "{IMAGE}" {{ print $1 }}')
process=$(ctr -n k8s.io tasks ls | awk -v task="$task" '$1 == task {{ print $2 }}')
nsenter -t "$process" -n {ask}"#
    )
}

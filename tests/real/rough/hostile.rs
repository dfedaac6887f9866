use provisioner_tests::{Kubectl, Spec, TestLab};
use serde_json::Value;

use crate::rough::HOSTS;

/// What a shell, a template, printf, YAML, TOML, systemd or Kubernetes could take for more than text.
const LINE: &str =
    r#"a'b"c `touch /canary` $(touch /canary) ${HOME} $HOME \n \\ %s %% {{x}} é 😀 #; "#;
const LINES: &str = "one'\"`touch /canary`\ntwo: [$(touch /canary)\n---\n# é 😀\t{{x}}";
/// The most that a spec takes for an address.
const MIRROR: &str = "https://mirror.example/%s%n%%20=,+~@x:1";
const PROXY: &str = "http://proxy.example:3128";

pub(crate) fn set(spec: &mut Spec) {
    spec.set("spec.kubernetes.kubelet.providerID", LINES);
    spec.set("spec.kubernetes.kubeProxy.winkernel.networkName", LINES);
    spec.set("spec.kubernetes.controllerManager.extraArgs.cluster-name", LINE);
    spec.set("spec.kubernetes.apiServer.extraArgs.etcd-prefix", format!("/{LINE}"));
    spec.set("spec.kubernetes.etcd.extraArgs.initial-cluster-token", LINE);
    spec.set_yaml(
        "spec.runtime.containerd.settings",
        &serde_json::json!({"plugins": {"io.containerd.grpc.v1.cri": {
            "restrict_oom_score_adj": true,
            "registry": {"headers": {"X-Hostile": [LINES, LINE]}},
        }}})
        .to_string(),
    );
    let mirrors = serde_json::json!({"docker.io": [MIRROR]});
    spec.set_yaml("spec.runtime.containerd.mirrors", &mirrors.to_string());
    spec.set("spec.runtime.containerd.proxy.http", PROXY);
}

pub(crate) fn values_are_values(lab: &TestLab, kubectl: &Kubectl) {
    for host in HOSTS {
        assert!(!lab.try_shell(host, "ls /canary").status.success(), "{host}: it ran");
        in_containerd(lab, host);
    }
    assert!(!std::path::Path::new("/canary").exists(), "it ran here");

    let nodes = kubectl.json(&["get", "nodes"]);
    for node in nodes["items"].as_array().expect("nodes") {
        assert_eq!(node["spec"]["providerID"], LINES);
    }
    let maps = ["-n", "kube-system", "get", "configmap", "kube-proxy"];
    let proxy = kubectl.json(&maps);
    let proxy = yaml(proxy["data"]["config.conf"].as_str().expect("its configuration"));
    assert_eq!(proxy["winkernel"]["networkName"], LINES);

    is_argument(lab, "kube-controller-manager", &format!("--cluster-name={LINE}"));
    is_argument(lab, "kube-apiserver", &format!("--etcd-prefix=/{LINE}"));
    is_argument(lab, "etcd", &format!("--initial-cluster-token={LINE}"));
}

fn in_containerd(lab: &TestLab, host: &str) {
    let text = lab.shell(host, "cat /etc/containerd/config.toml");
    let config: toml::Value = toml::from_str(&text).expect("TOML");
    let headers =
        &config["plugins"]["io.containerd.grpc.v1.cri"]["registry"]["headers"]["X-Hostile"];
    assert_eq!(headers[0].as_str(), Some(LINES));
    assert_eq!(headers[1].as_str(), Some(LINE));
    let environment = lab.shell(host, "tr '\\0' '\\n' </proc/$(pidof containerd)/environ");
    let mirrors: toml::Value =
        toml::from_str(&lab.shell(host, "cat /etc/containerd/certs.d/docker.io/hosts.toml"))
            .expect("TOML");
    assert!(mirrors["host"].get(MIRROR).is_some(), "{mirrors}");
    let expected = format!("HTTP_PROXY={PROXY}");
    assert!(environment.lines().any(|line| line == expected), "{expected} in {environment}");
}

/// The component has exactly this argument, whatever is in it.
fn is_argument(lab: &TestLab, component: &str, argument: &str) {
    let list = lab.shell("m1", &format!("tr '\\0' '\\036' </proc/$(pidof -s {component})/cmdline"));
    assert!(list.split('\u{1e}').any(|one| one == argument), "{argument:?} in {list:?}");
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).expect("YAML")
}

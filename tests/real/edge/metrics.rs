use camino::Utf8Path;
use fs_err as fs;
use provisioner_tests::TestLab;

/// An addon of the name of the one for whose sake hosts can be scraped; what it brings is somebody who may.
const ADDON: &str = r"
name: monitoring
about: Somebody who may read metrics.
version: 1.0.0
namespace: kube-system
parts:
  - name: reader
    manifests: [reader.yaml.hbs]
";

/// What the chart gives to Prometheus, and a token for it.
const READER: &str = r"
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{nonResourceURLs: [/metrics], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: kube-system}]
---
apiVersion: v1
kind: Secret
metadata: {name: reader, annotations: {kubernetes.io/service-account.name: reader}}
type: kubernetes.io/service-account-token
";

/// Who is asked for what on which host, and a metric that nobody else has.
const PLAIN: [(&str, u16, &str); 7] = [
    ("m1", 2381, "etcd_server_has_leader 1"),
    ("m1", 10249, "kubeproxy_sync_proxy_rules_duration_seconds"),
    ("w1", 10249, "kubeproxy_sync_proxy_rules_duration_seconds"),
    ("e1", 10249, "kubeproxy_sync_proxy_rules_duration_seconds"),
    ("e2", 10249, "kubeproxy_sync_proxy_rules_duration_seconds"),
    ("e1", 8405, "haproxy_server_status{proxy=\"http\",server=\"e1\""),
    ("e2", 8405, "haproxy_server_status{proxy=\"http\",server=\"e1\""),
];
const PROTECTED: [(u16, &str); 2] = [
    (10257, "workqueue_adds_total{name=\"daemonset\"}"),
    (10259, "scheduler_schedule_attempts_total"),
];
const ADMIN: &str = "kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system";

/// Writes the addon into the assets below a folder.
pub(crate) fn write(folder: &Utf8Path) {
    let folder = folder.join("assets/addons/monitoring");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("addon.yaml"), ADDON).expect("written");
    fs::write(folder.join("reader.yaml.hbs"), READER).expect("written");
}

/// Everything on the hosts that is scraped answers to another host: with a token where one is asked for, and
/// not without.
pub(crate) fn they_are_read_from_elsewhere(lab: &TestLab) {
    for (host, port, metric) in PLAIN {
        // Nobody asks himself: that would work anyhow.
        let from = if host == "w1" { "m1" } else { "w1" };
        let url = format!("http://{}:{port}", lab.address_of(host));
        let read = format!("kubectl --server {url} get --raw /metrics | grep -F '{metric}'");
        lab.wait(from, &read);
    }
    let secret = "get secret reader -o 'jsonpath={.data.token}'";
    let token = lab.wait("m1", &format!("{ADMIN} {secret} | base64 -d | grep ."));
    for (port, metric) in PROTECTED {
        let url = format!("https://{}:{port}", lab.address_of("m1"));
        let read = |token: &str| {
            format!("kubectl --server {url} --insecure-skip-tls-verify {token} get --raw /metrics")
        };
        lab.wait("w1", &format!("{} | grep -F '{metric}'", read(&format!("--token {token}"))));
        assert!(!lab.try_shell("w1", &read("")).status.success(), "{url} answers to everybody");
    }
}

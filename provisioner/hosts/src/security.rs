//! What `security` in the spec makes of the settings of Kubernetes. The reasons are in docs/security.md.

use std::collections::BTreeMap;

use provisioner_spec::{Audit, Cluster, Profile};
use serde_json::{Map, Value, json};

/// The suites that the benchmark allows and that certificates of kubeadm's kind can use.
const CIPHER_SUITES: [&str; 6] = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];
/// From here on kubelets take `seccompDefault` without a feature gate of their own (KEP-2413).
const SECCOMP_DEFAULT: u64 = 25;

/// The flags of a component: those of `security`, then the spec's own over them.
pub(crate) fn arguments(
    cluster: &Cluster,
    component: &str,
    given: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut arguments = BTreeMap::new();
    let mut set = |flag: &str, value: &str| arguments.insert(flag.to_owned(), value.to_owned());
    let is_strict = cluster.security.profile == Some(Profile::Cis);
    if is_strict && component != "etcd" {
        set("profiling", "false");
    }
    if is_strict && component == "controllerManager" {
        set("terminated-pod-gc-threshold", "1000");
    }
    if component == "apiServer" {
        if is_strict {
            set("tls-cipher-suites", &CIPHER_SUITES.join(","));
        }
        if cluster.security.encryption.enabled {
            set("encryption-provider-config", "/etc/kubernetes/pki/encryption.json");
        }
        if cluster.security.audit.enabled {
            let Audit { max_age_days, max_backups, max_megabytes, .. } = &cluster.security.audit;
            set("audit-policy-file", "/etc/kubernetes/audit/policy.yaml");
            set("audit-log-path", "/var/log/kubernetes/audit/audit.log");
            set("audit-log-maxage", &max_age_days.to_string());
            set("audit-log-maxbackup", &max_backups.to_string());
            set("audit-log-maxsize", &max_megabytes.to_string());
        }
    }
    arguments.extend(given.clone());
    arguments
}

/// What of the `KubeletConfiguration` follows from it.
pub(crate) fn kubelet(cluster: &Cluster) -> Map<String, Value> {
    let mut settings = Map::new();
    if cluster.security.profile == Some(Profile::Cis) {
        settings.insert("protectKernelDefaults".to_owned(), json!(true));
        settings.insert("podPidsLimit".to_owned(), json!(4096));
        settings.insert("tlsCipherSuites".to_owned(), json!(CIPHER_SUITES));
        if cluster.kubernetes.version.minor >= SECCOMP_DEFAULT {
            settings.insert("seccompDefault".to_owned(), json!(true));
        }
    }
    settings
}

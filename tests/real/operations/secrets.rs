//! Secrets at rest, and what else the profile `cis` brings to a cluster that was made without it.

use provisioner_tests::figure;

use super::{CONTROL_PLANES, HOSTS, Operations};

const KEYS: &str = "grep -o '\"name\": *\"[^\"]*\"' /etc/kubernetes/pki/encryption.json | sort -u";
/// How many secrets begin so in etcd, and how many there are.
const BEGINNING: &str = "/usr/local/lib/provisioner/etcd beginning /registry/secrets/";

/// Before any is encrypted.
pub(crate) fn one_is_made(cluster: &Operations) {
    cluster.kubectl.run(&["create", "secret", "generic", "ours", "--from-literal", "word=found"]);
}

pub(crate) fn they_are_encrypted(cluster: &Operations) {
    encrypted(cluster);
    for host in CONTROL_PLANES {
        let mode = cluster.lab.shell(host, "stat -c %a /etc/kubernetes/pki/encryption.json");
        assert_eq!(mode, "600", "{host}");
        cluster.lab.shell(host, "grep -q '\"kind\":\"Event\"' /var/log/kubernetes/audit/audit.log");
    }
    for host in HOSTS {
        let kubelet = cluster.lab.shell(host, "cat /var/lib/kubelet/config.yaml");
        assert!(kubelet.contains("protectKernelDefaults: true"), "{host}: {kubelet}");
    }
}

pub(crate) fn their_key_is_rotated(cluster: &Operations) {
    let before = cluster.lab.shell("m1", KEYS);
    let looks = cluster.api.watch();
    let rotated = cluster
        .program
        .run("certs rotate-encryption-key", &["--yes", "--output", "json"])
        .expect(0);
    figure("operations", "the key of secrets rotated", format!("{:.1} s", rotated.seconds));
    cluster.answered(looks, "a new key");
    for host in CONTROL_PLANES {
        let after = cluster.lab.shell(host, KEYS);
        assert!(after != before && after.lines().count() == 1, "{host}: {before} -> {after}");
    }
    encrypted(cluster);
    cluster.program.plan().expect(0);
}

fn encrypted(cluster: &Operations) {
    let counts = cluster.lab.shell("m1", &format!("{BEGINNING} k8s:enc:secretbox:v1:"));
    let (encrypted, all) = counts.split_once(' ').expect("two numbers");
    assert!(encrypted == all && all != "0", "{counts}");
    let word = ["get", "secret", "ours", "-o", "go-template={{.data.word|base64decode}}"];
    assert_eq!(cluster.kubectl.run(&word), "found");
}

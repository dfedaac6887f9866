use std::process::Command;

use camino::Utf8Path;
use provisioner_tests::{Spec, TestLab, version_of};

const SCRIPT: &str = include_str!("mirror.sh");
/// Upstream's packages have them with these contents, but for the folder of kubelet.
const UNITS: &str = "../playbooks/files/kubernetes";

/// Makes a host of the lab a mirror of upstream's packages and images, with what bundles have.
pub(crate) fn set_up(lab: &TestLab, host: &str, bundles: &[&Utf8Path]) {
    lab.shell(host, "mkdir -p /srv/bundles");
    let units = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(UNITS);
    for unit in ["kubelet.service", "10-kubeadm.conf"] {
        send(lab, host, &units.join(unit), &format!("/srv/{unit}"));
    }
    let mut versions = Vec::new();
    for bundle in bundles {
        let version = version_of(bundle);
        send(lab, host, bundle, &format!("/srv/bundles/{version}"));
        versions.push(version);
    }
    lab.shell(host, &format!("set -- {}\n{SCRIPT}", versions.join(" ")));
}

/// The spec of those who use it.
pub(crate) fn use_it(spec: &mut Spec, lab: &TestLab, host: &str) {
    let address = lab.address_of(host);
    let packages = format!("http://{address}/v1");
    spec.set_yaml(
        "spec.kubernetes.packageRepository",
        &format!("{{apt: '{packages}', key: '{packages}/Release.key'}}"),
    );
    spec.set_yaml(
        "spec.runtime.containerd.mirrors",
        &format!(
            "{{k8s.gcr.io: ['http://{address}:5000'], registry.k8s.io: ['http://{address}:5000']}}"
        ),
    );
}

fn send(lab: &TestLab, host: &str, from: &Utf8Path, to: &str) {
    let sent = Command::new("scp")
        .args(["-q", "-r", "-o", "BatchMode=yes", "-i", lab.private_key().as_str()])
        .arg(format!("-oUserKnownHostsFile={}", lab.known_hosts()))
        .args([from.as_str(), &format!("root@{}:{to}", lab.address_of(host))])
        .status()
        .expect("scp");
    assert!(sent.success(), "{from}");
}

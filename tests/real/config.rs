//! kubeadm itself accepts what is written for it, for each format that a kubeadm at hand knows.

use std::path::{Path, PathBuf};
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_tests::{Program, Spec, TestLab, cache, figure};
use tempfile::TempDir;

/// Writes the files that kubeadm is given, and does nothing else.
const PLAYBOOK: &str = r#"
name: render
hosts: [control-plane, worker]
steps:
  - name: for init
    template: {src: kubeadm.yaml.hbs, dest: /root/init.yaml}
  - name: for a control plane that joins
    template: {src: join-control-plane.yaml.hbs, dest: /root/join-control-plane.yaml}
  - name: for a node that joins
    template: {src: join-node.yaml.hbs, dest: /root/join-node.yaml}
  - name: the authority and the token
    file: {dest: /run/provisioner/discovery.conf, content: "{{join.kubeconfig}}"}
"#;
const FILES: [&str; 3] = ["init.yaml", "join-control-plane.yaml", "join-node.yaml"];

/// A format, a version whose files are in it, and the kubeadm of which minor versions read it.
const FORMATS: [(&str, &str, &[u64]); 3] = [
    ("v1beta2", "1.20.2", &[20, 21]),
    ("v1beta3", "1.30.2", &[22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36]),
    ("v1beta4", "1.36.2", &[31, 32, 33, 34, 35, 36, 37]),
];

#[test]
fn real_kubeadm_accepts_its_configuration() {
    let programs = kubeadms();
    provisioner_tests::bundle();
    let lab = TestLab::new("t-config", 13, &["m1", "m2", "m3", "w1"]);
    let assets = assets();
    let mut accepted = Vec::new();
    for (api, version, minors) in FORMATS {
        let readers: Vec<_> = programs.iter().filter(|(minor, _)| minors.contains(minor)).collect();
        if readers.is_empty() {
            println!("{api}: no kubeadm at hand reads it");
            continue;
        }
        let written = written(&lab, &assets, version);
        for (minor, kubeadm) in readers {
            for file in FILES {
                accepts(*minor, kubeadm, &for_reader(&written.path().join(file), kubeadm));
            }
            accepted.push(format!("{api} by 1.{minor}"));
        }
    }
    assert!(!accepted.is_empty(), "a kubeadm at hand");
    figure("config", "accepted", accepted.join(", "));
}

/// Every kubeadm below the cache, with its minor version.
fn kubeadms() -> Vec<(u64, Utf8PathBuf)> {
    let folder = cache().join("kubernetes");
    let entries = folder.read_dir_utf8().into_iter().flatten().flatten();
    let found = entries.map(|entry| entry.path().join("bin/kubeadm"));
    let mut programs: Vec<_> = found
        .filter(|path| path.exists())
        .filter_map(|path| {
            let version = version(&path)?;
            Some((version.split('.').nth(1)?.parse().ok()?, path))
        })
        .collect();
    programs.sort();
    programs.dedup_by_key(|(minor, _)| *minor);
    programs
}

/// As in `v1.36.2`.
fn version(kubeadm: &Utf8Path) -> Option<String> {
    let said = Command::new(kubeadm).args(["version", "-o", "short"]).output().ok()?;
    Some(String::from_utf8(said.stdout).ok()?.trim().to_owned())
}

/// The program's own templates in a run that only writes them.
fn assets() -> TempDir {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../playbooks/files");
    let folder = TempDir::new().expect("a folder");
    let playbooks = folder.path().join("playbooks");
    let files = playbooks.join("files/render");
    std::fs::create_dir_all(&files).expect("a folder");
    for (from, to) in [
        ("certificates/kubeadm.yaml.hbs", "kubeadm.yaml.hbs"),
        ("join-control-planes/join.yaml.hbs", "join-control-plane.yaml.hbs"),
        ("join-nodes/join.yaml.hbs", "join-node.yaml.hbs"),
    ] {
        std::fs::copy(root.join(from), files.join(to)).expect("copied");
    }
    std::fs::write(playbooks.join("render.yaml"), PLAYBOOK).expect("written");
    let stages = "stages: [{name: render, playbooks: [render]}]\n";
    std::fs::write(playbooks.join("site.yaml"), stages).expect("written");
    folder
}

/// What a host is given for a version, with every kind of setting that a spec can have.
fn written(lab: &TestLab, assets: &TempDir, version: &str) -> TempDir {
    let mut spec = Spec::of(lab);
    spec.set("spec.kubernetes.version", version);
    spec.set_yaml("spec.kubernetes.apiServer.extraArgs", "{audit-log-maxage: '30', v: '2'}");
    spec.set_yaml("spec.kubernetes.apiServer.certSans", "[api.example, 10.1.2.3]");
    spec.set_yaml("spec.kubernetes.controllerManager.extraArgs", "{bind-address: 0.0.0.0}");
    spec.set_yaml("spec.kubernetes.scheduler.extraArgs", "{bind-address: 0.0.0.0}");
    spec.set_yaml("spec.kubernetes.etcd.extraArgs", "{quota-backend-bytes: '8589934592'}");
    spec.set_yaml("spec.kubernetes.kubelet", "{maxPods: 200}");
    spec.set_yaml("spec.kubernetes.schedulableControlPlane", "true");
    spec.set_yaml("spec.network.dns", "{enabled: true, domain: corp.example}");
    let program = Program::new(lab, &spec);
    let assets = assets.path().to_str().expect("a path in UTF-8");
    let options = ["--yes", "--output", "json", "--skip-preflight", "--assets", assets];
    program.run("up", &options).expect(0);
    let folder = TempDir::new().expect("a folder");
    for file in FILES {
        let text = lab.shell("m1", &format!("cat /root/{file}; echo; rm /root/{file}"));
        std::fs::write(folder.path().join(file), text + "\n").expect("written");
    }
    let discovery = lab.shell("m1", "cat /run/provisioner/discovery.conf");
    // kubeadm looks whether the file that it is told of is there.
    std::fs::create_dir_all("/run/provisioner").expect("a folder");
    std::fs::write("/run/provisioner/discovery.conf", discovery).expect("written");
    folder
}

/// The same file asking for the reader's own version of Kubernetes: it refuses much older ones.
fn for_reader(file: &Path, kubeadm: &Utf8Path) -> PathBuf {
    let own = version(kubeadm).expect("its version");
    let text = std::fs::read_to_string(file).expect("a file");
    let lines = text.lines().map(|line| match line.split_once(": ") {
        Some(("kubernetesVersion", _)) => format!("kubernetesVersion: {own}\n"),
        _ => format!("{line}\n"),
    });
    let copy = file.with_extension("for-reader.yaml");
    std::fs::write(&copy, lines.collect::<String>()).expect("written");
    copy
}

fn accepts(minor: u64, kubeadm: &Utf8Path, file: &Path) {
    let command = if minor < 26 { ["migrate", "--old-config"] } else { ["validate", "--config"] };
    let said = Command::new(kubeadm).arg("config").args(command).arg(file).output();
    let said = said.expect("kubeadm");
    let errors = String::from_utf8_lossy(&said.stderr);
    let text = std::fs::read_to_string(file).unwrap_or_default();
    assert!(said.status.success(), "{kubeadm}: {errors}\n{text}");
    // It only warns of what it does not know. That a format will go one day is no mistake.
    let warnings = errors.lines().filter(|line| !line.contains("uses a deprecated API spec"));
    assert_eq!(warnings.collect::<Vec<_>>(), [""; 0], "{kubeadm}: {}\n{text}", file.display());
}

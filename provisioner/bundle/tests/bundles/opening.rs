use camino::Utf8Path;
use proptest::prelude::*;
use provisioner_bundle::{normalize_reference, open};

use crate::support::Site;

const MANIFEST: &str = "\
apiVersion: provisioner.dev/v1alpha1
kind: Bundle
kubernetesVersion: 1.36.2
architecture: amd64
files:
- path: bin/kubeadm
  sha256: 0000000000000000000000000000000000000000000000000000000000000000
  size: 1
  executable: true
- path: images/pause.tar
  sha256: 1111111111111111111111111111111111111111111111111111111111111111
  size: 1
images:
- references: [registry.k8s.io/pause:3.10]
  file: images/pause.tar
  id: sha256:2222222222222222222222222222222222222222222222222222222222222222
";

fn opened(manifest: &str) -> Result<(), String> {
    let directory = tempfile::tempdir().unwrap();
    let path = Utf8Path::from_path(directory.path()).unwrap();
    std::fs::write(path.join("bundle.yaml"), manifest).unwrap();
    open(path).map(drop).map_err(|error| error.to_string().replace(path.as_str(), "/out"))
}

#[test]
fn manifests_that_cannot_be_right_are_refused() {
    opened(MANIFEST).unwrap();
    let mistakes = [
        (MANIFEST, ""),
        (MANIFEST, "- a list"),
        (MANIFEST, "a: ["),
        ("kind: Bundle", "kind: Cluster"),
        ("v1alpha1", "v7"),
        ("1.36.2", "latest"),
        ("amd64", "mips"),
        ("architecture: amd64\n", ""),
        ("size: 1", "size: -1"),
        ("size: 1", "size: 1\n  owner: root"),
        ("0000000000000", "000000000000g"),
        ("0000000000000", "00"),
        ("images/pause.tar\n  sha256", "bin/kubeadm\n  sha256"),
        ("file: images/pause.tar", "file: images/other.tar"),
        ("file: images/pause.tar", "file: bin/kubeadm"),
        ("file: images/pause.tar", "file: /etc/passwd"),
        ("sha256:2222", "md5:2222"),
        ("[registry.k8s.io/pause:3.10]", "[\"a b\"]"),
        ("[registry.k8s.io/pause:3.10]", "[\"a\\nb\"]"),
    ];
    let errors: Vec<String> = mistakes
        .iter()
        .map(|(right, wrong)| {
            assert!(MANIFEST.contains(right));
            let error = opened(&MANIFEST.replacen(right, wrong, 1)).unwrap_err();
            format!("{wrong:?}\n  {error}")
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn paths_that_leave_the_bundle_are_refused() {
    let paths = [
        "/etc/passwd",
        "../kubeadm",
        "bin/../../kubeadm",
        "bin/..",
        "./bin/kubeadm",
        "bin/./kubeadm",
        "bin//kubeadm",
        "bin/kubeadm/",
        "bin",
        "bundle.yaml",
        "etc/passwd",
        "",
        "bin/a\\nb",
        "bin/a\\0b",
        "bin/\\e[31m",
    ];
    let errors: Vec<String> = paths
        .iter()
        .map(|path| {
            let manifest = MANIFEST.replacen("bin/kubeadm", &format!("\"{path}\""), 1);
            opened(&manifest).unwrap_err()
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_folder_without_a_manifest_is_no_bundle() {
    let site = Site::new();
    for folder in ["bin", "nowhere"] {
        let error = open(&site.path(folder)).unwrap_err().to_string();
        assert!(error.ends_with("there is no bundle.yaml"), "{error}");
    }
}

#[test]
fn familiar_names_of_images_are_completed() {
    let names = [
        "busybox",
        "busybox:1.36",
        "calico/node:v3",
        "localhost/app",
        "localhost:5000/app:1",
        "registry.k8s.io/pause:3.10",
        "registry.k8s.io/coredns/coredns:v1.12.1",
        "a.example/b@sha256:0123",
    ];
    let full: Vec<String> = names.map(normalize_reference).into();
    insta::assert_snapshot!(full.join("\n"), @"
    docker.io/library/busybox:latest
    docker.io/library/busybox:1.36
    docker.io/calico/node:v3
    localhost/app:latest
    localhost:5000/app:1
    registry.k8s.io/pause:3.10
    registry.k8s.io/coredns/coredns:v1.12.1
    a.example/b@sha256:0123
    ");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn completing_a_name_twice_changes_nothing(name in "[a-z.:/@-]{1,12}") {
        let full = normalize_reference(&name);
        prop_assert_eq!(normalize_reference(&full), full);
    }

    /// Whatever the manifest says: what is accepted lies in one of the four folders.
    #[test]
    fn accepted_paths_stay_inside(
        parts in prop::collection::vec(
            prop_oneof![Just(".."), Just("."), Just(""), Just("bin"), Just("images"), Just("a"), Just("/")],
            1..5,
        )
    ) {
        let path = parts.join("/");
        let manifest = MANIFEST.replacen("bin/kubeadm", &format!("\"{path}\""), 1);
        let inside = matches!(parts[0], "bin" | "images")
            && parts.len() > 1
            && parts.iter().all(|part| !matches!(*part, ".." | "." | "" | "/"));
        prop_assert_eq!(opened(&manifest).is_ok(), inside, "{}", path);
    }
}

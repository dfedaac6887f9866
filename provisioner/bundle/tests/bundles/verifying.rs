use std::fs;
use std::os::unix::fs::symlink;

use provisioner_bundle::Report;

use crate::support::{AMD64, Site, elf};

#[test]
fn a_sound_bundle() {
    let site = Site::new();
    let report = site.bundle().verify().unwrap();
    let archive = fs::metadata(site.path("images/pause.tar")).unwrap().len();
    assert_eq!(report, Report { files: 4, bytes: 3 * 64 + archive, images: 1 });
}

#[test]
fn every_problem_is_found_at_once() {
    let site = Site::new();
    for name in ["helm", "crictl", "etcdctl"] {
        site.program(&format!("bin/{name}"), &elf(AMD64));
    }
    let bundle = site.bundle();
    let rewrite = |name: &str, contents: &[u8]| {
        // A new file: the one in the bundle shares its contents with its source.
        fs::remove_file(site.path(name)).unwrap();
        site.program(name, contents);
    };
    fs::remove_file(site.path("out/bin/helm")).unwrap();
    rewrite("out/bin/kubelet", b"short");
    rewrite("out/bin/kubectl", &[1; 64]);
    rewrite("out/bin/kubeadm", &elf(AMD64));
    site.mode("out/bin/kubeadm", 0o644);
    fs::remove_file(site.path("out/bin/crictl")).unwrap();
    symlink("kubeadm", site.path("out/bin/crictl")).unwrap();
    fs::remove_file(site.path("out/bin/etcdctl")).unwrap();
    fs::create_dir(site.path("out/bin/etcdctl")).unwrap();
    site.file("out/bin/cni/backdoor", b"");
    symlink("/etc/passwd", site.path("out/passwd")).unwrap();
    insta::assert_snapshot!(bundle.verify().unwrap_err());
}

#[test]
fn one_changed_byte_is_found() {
    let site = Site::new();
    let bundle = site.bundle();
    let path = site.path("out/images/pause.tar");
    let mut contents = fs::read(&path).unwrap();
    let last = contents.len() - 1;
    contents[last] ^= 1;
    fs::write(&path, contents).unwrap();
    let problems = bundle.verify().unwrap_err().0;
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().starts_with("images/pause.tar: changed"), "{}", problems[0]);
}

#[test]
fn a_folder_that_leads_elsewhere_is_refused() {
    let site = Site::new();
    let bundle = site.bundle();
    fs::rename(site.path("out/bin"), site.path("moved")).unwrap();
    symlink(site.path("moved"), site.path("out/bin")).unwrap();
    let kubeadm = bundle.file("bin/kubeadm").unwrap();
    let error = bundle.location(kubeadm).unwrap_err().to_string();
    insta::assert_snapshot!(error, @r#"use "bin/kubeadm" as a path in a bundle: it goes through a symbolic link"#);
    assert_eq!(bundle.verify().unwrap_err().0.len(), 4);
}

#[test]
fn files_are_found_by_their_path() {
    let site = Site::new();
    let bundle = site.bundle();
    let kubelet = bundle.file("bin/kubelet").unwrap();
    assert!(kubelet.executable);
    assert_eq!(bundle.location(kubelet).unwrap(), site.path("out/bin/kubelet"));
    insta::assert_snapshot!(bundle.file("bin/helm").unwrap_err(), @"find bin/helm in the bundle");
}

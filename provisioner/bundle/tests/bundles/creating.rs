use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::sync::Mutex;

use provisioner_bundle::{Architecture, Progress, create, open};

use crate::support::{AMD64, ARM64, Site, docker_archive, elf};

#[test]
fn the_manifest_of_a_full_bundle() {
    let site = Site::new();
    site.program("bin/crictl", b"#!/bin/sh\nexec ctr\n");
    site.program("bin/helm", &elf(AMD64));
    site.program("bin/bridge", &elf(AMD64));
    site.program("bin/cni/loopback", &elf(AMD64));
    site.file("images/busybox.tar", &docker_archive("busybox", &["busybox:1.36", "busybox"]));
    site.file("debs/socat_1.7.4%3a1_amd64.deb", b"!<arch>\n");
    site.file("charts/istio-1.2.3.tgz", b"chart");
    let bundle = site.bundle();
    insta::assert_snapshot!(fs::read_to_string(site.path("out/bundle.yaml")).unwrap());
    let names = |files: &mut dyn Iterator<Item = &provisioner_bundle::File>| {
        files.map(|file| file.path.file_name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&mut bundle.binaries()), ["crictl", "helm", "kubeadm", "kubectl", "kubelet"]);
    assert_eq!(names(&mut bundle.cni_plugins()), ["bridge", "loopback"]);
    assert_eq!(names(&mut bundle.debs()), ["socat_1.7.4%3a1_amd64.deb"]);
    assert_eq!(names(&mut bundle.charts()), ["istio-1.2.3.tgz"]);
    assert_eq!(names(&mut bundle.image_archives()), ["busybox.tar", "pause.tar"]);
}

#[test]
fn what_is_created_is_what_is_opened() {
    let site = Site::new();
    let manifest = site.create().unwrap();
    let bundle = open(&site.path("out")).unwrap();
    assert_eq!(*bundle.manifest(), manifest);
    bundle.verify().unwrap();
}

#[test]
fn images_of_kubernetes_that_are_not_there_are_known() {
    let site = Site::new();
    let components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"];
    let tags =
        |version: &str| components.map(|name| format!("mirror.example:5000/k8s/{name}:{version}"));
    let take = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        site.file("images/all.tar", &docker_archive("all", &names));
        site.create().unwrap().missing_images()
    };
    let others =
        ["k8s.gcr.io/coredns/coredns:v1.13.1", "k8s.gcr.io/etcd@sha256:ab"].map(str::to_owned);
    assert_eq!(take(&[&tags("v1.36.2")[..], &others].concat()), [""; 0]);
    // Of another version, of a name that only begins like one.
    let missing = take(&[&tags("v1.36.20")[..], &others].concat());
    assert_eq!(missing, components.map(|name| format!("{name}:v1.36.2")));
    let missing = take(&[&tags("v1.36.2")[..], &["k8s.gcr.io/etcd-manager:1".to_owned()]].concat());
    assert_eq!(missing, ["etcd", "coredns"]);
}

#[test]
fn the_architecture_is_that_of_the_programs() {
    let site = Site::new();
    assert_eq!(site.create().unwrap().architecture, Architecture::Amd64);
    for name in ["kubeadm", "kubelet", "kubectl"] {
        site.program(&format!("bin/{name}"), &elf(ARM64));
    }
    assert_eq!(site.create().unwrap().architecture, Architecture::Arm64);
}

type Mistake = (&'static str, fn(&Site));

#[test]
fn programs_that_will_not_run_are_refused() {
    let mistakes: [Mistake; 7] = [
        ("missing", |site| fs::remove_file(site.path("bin/kubectl")).unwrap()),
        ("not executable", |site| site.mode("bin/kubelet", 0o644)),
        ("a script", |site| site.program("bin/kubeadm", b"#!/bin/sh\n")),
        ("empty", |site| site.program("bin/kubeadm", b"")),
        ("another architecture", |site| site.program("bin/helm", &elf(ARM64))),
        ("unknown architecture", |site| site.program("bin/kubelet", &elf(243))),
        ("no folder", |site| fs::remove_dir_all(site.path("bin")).unwrap()),
    ];
    let errors: Vec<String> = mistakes
        .iter()
        .map(|(name, make)| {
            let site = Site::new();
            make(&site);
            let error = site.create_error();
            assert!(!site.path("out").exists());
            format!("{name}: {error}")
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn files_that_would_be_one_are_refused() {
    let site = Site::new();
    site.program("bin/bridge", &elf(AMD64));
    site.program("bin/cni/bridge", &elf(AMD64));
    insta::assert_snapshot!(site.create_error(), @"use both /bin/bridge and /bin/cni/bridge: they would be one file of the bundle");
}

#[test]
fn a_folder_without_images_is_refused() {
    let site = Site::new();
    fs::rename(site.path("images/pause.tar"), site.path("images/pause.rar")).unwrap();
    insta::assert_snapshot!(site.create_error(), @"find images in /images: there is no .tar, .tar.gz or .tgz file");
}

#[test]
fn progress_counts_every_file_and_names_what_is_skipped() {
    let site = Site::new();
    site.file("images/README", b"text");
    site.file("images/.hidden", b"text");
    site.file("bin/notes/plan", b"text");
    let (mut total, mut skipped) = ((0, 0), Vec::new());
    let done = Mutex::new((0, 0));
    let events = Mutex::new(Vec::new());
    create(&site.request(), &|progress: Progress| match progress {
        Progress::Started { files, bytes } => events.lock().unwrap().push(Ok((files, bytes))),
        Progress::Skipped { path } => events.lock().unwrap().push(Err(path.to_string())),
        Progress::Done { bytes, .. } => {
            let mut done = done.lock().unwrap();
            *done = (done.0 + 1, done.1 + bytes);
        }
    })
    .unwrap();
    for event in events.into_inner().unwrap() {
        match event {
            Ok(started) => total = started,
            Err(path) => skipped.push(path),
        }
    }
    assert_eq!(done.into_inner().unwrap(), total);
    assert_eq!(skipped, [site.path("bin/notes"), site.path("images/README")]);
}

#[test]
fn a_symbolic_link_stands_for_its_file() {
    let site = Site::new();
    site.program("elsewhere/kubeadm-1.36.2", &elf(AMD64));
    fs::remove_file(site.path("bin/kubeadm")).unwrap();
    symlink(site.path("elsewhere/kubeadm-1.36.2"), site.path("bin/kubeadm")).unwrap();
    site.bundle().verify().unwrap();
    assert!(!site.path("out/bin/kubeadm").is_symlink());
}

#[test]
fn files_are_shared_with_the_source_where_possible() {
    let site = Site::new();
    site.create().unwrap();
    let inode = |name: &str| fs::metadata(site.path(name)).unwrap().ino();
    assert_eq!(inode("out/bin/kubelet"), inode("bin/kubelet"));
}

#[test]
fn a_folder_that_is_no_bundle_is_left_alone() {
    let site = Site::new();
    site.file("out/thesis.txt", b"years of work");
    insta::assert_snapshot!(site.create_error(), @"write /out: it is not empty and not a bundle; give another directory or empty it");
    assert_eq!(site.listing("out"), ["out/thesis.txt"]);
    // Nor does a file of that name make it one.
    site.file("out/bundle.yaml", b"kind: SomethingElse\n");
    assert!(site.create().is_err());
    assert_eq!(site.listing("out"), ["out/bundle.yaml", "out/thesis.txt"]);
}

#[test]
fn an_empty_folder_is_filled() {
    let site = Site::new();
    fs::create_dir(site.path("out")).unwrap();
    site.bundle().verify().unwrap();
}

#[test]
fn a_second_bundle_replaces_the_first() {
    let site = Site::new();
    site.program("bin/helm", &elf(AMD64));
    site.create().unwrap();
    fs::remove_file(site.path("bin/helm")).unwrap();
    site.bundle().verify().unwrap();
    assert!(!site.path("out/bin/helm").exists());
    assert!(!site.path("out.replaced").exists() && !site.path("out.partial").exists());
}

#[test]
fn a_bundle_can_be_made_of_its_predecessor() {
    let site = Site::new();
    site.create().unwrap();
    let mut request = site.request();
    request.bin = site.path("out/bin");
    request.images = site.path("out/images");
    let manifest = create(&request, &|_: Progress| {}).unwrap();
    assert_eq!(manifest.files.len(), 4);
    open(&site.path("out")).unwrap().verify().unwrap();
}

#[test]
fn a_failure_leaves_the_earlier_bundle() {
    let site = Site::new();
    site.create().unwrap();
    let before = site.listing("out");
    site.file("images/broken.tar", b"no tar");
    site.create().unwrap_err();
    assert_eq!(site.listing("out"), before);
    assert!(!site.path("out.partial").exists());
    open(&site.path("out")).unwrap().verify().unwrap();
}

#[test]
fn what_a_killed_run_left_is_cleared() {
    let site = Site::new();
    // While files were taken:
    site.file("out.partial/.bundle-in-progress", b"");
    site.file("out.partial/bin/kubeadm", b"half");
    site.bundle().verify().unwrap();
    // Between the two renames: the earlier bundle is beside, the new one not yet in place.
    fs::rename(site.path("out"), site.path("out.replaced")).unwrap();
    site.bundle().verify().unwrap();
    // The same, and the next run fails: the earlier bundle is back.
    fs::rename(site.path("out"), site.path("out.replaced")).unwrap();
    site.file("images/broken.tar", b"no tar");
    site.create().unwrap_err();
    fs::remove_file(site.path("images/broken.tar")).unwrap();
    open(&site.path("out")).unwrap().verify().unwrap();
    // While the earlier one was removed: its manifest goes last.
    site.file("out.replaced/bundle.yaml", b"");
    site.bundle().verify().unwrap();
    assert!(!site.path("out.replaced").exists() && !site.path("out.partial").exists());
}

#[test]
fn a_folder_of_somebody_else_beside_the_output_is_left_alone() {
    for name in ["out.partial", "out.replaced"] {
        let site = Site::new();
        site.create().unwrap();
        site.file(&format!("{name}/thesis.txt"), b"years of work");
        site.create().unwrap_err();
        assert!(site.path(name).join("thesis.txt").exists());
        open(&site.path("out")).unwrap().verify().unwrap();
    }
}

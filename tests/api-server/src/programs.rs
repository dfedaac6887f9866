//! The programs of a cluster, out of the images that the tests' bundle is made of.

use std::io::Read as _;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

const VERSION: &str = "1.20.2";

/// The root of an image's files, unpacked once.
fn unpacked(image: &str) -> Utf8PathBuf {
    let folder = cache().join("api-server");
    let root = folder.join(format!("{image}-{VERSION}"));
    if root.exists() {
        return root;
    }
    let archive = cache().join("kubernetes").join(VERSION).join(format!("images/{image}.tar"));
    assert!(archive.exists(), "{archive} is there (make bundle)");
    std::fs::create_dir_all(&folder).unwrap();
    let scratch = tempfile::tempdir_in(&folder).unwrap();
    let mut outer = tar::Archive::new(std::fs::File::open(&archive).unwrap());
    for entry in outer.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().extension().is_some_and(|extension| extension == "tar") {
            let mut layer = Vec::new();
            entry.read_to_end(&mut layer).unwrap();
            tar::Archive::new(layer.as_slice()).unpack(scratch.path()).unwrap();
        }
    }
    // Another test may have been first.
    let _ = std::fs::rename(scratch.keep(), &root);
    root
}

/// Debian's etcd with the C library that it was packed with.
pub(crate) fn etcd() -> Command {
    let root = unpacked("etcd");
    let mut command = Command::new(root.join("lib64/ld-linux-x86-64.so.2"));
    command.arg("--library-path").arg(root.join("lib/x86_64-linux-gnu"));
    command.arg(root.join("usr/local/bin/etcd"));
    command
}

pub(crate) fn kubernetes(program: &str) -> Command {
    Command::new(unpacked(program).join("usr/local/bin").join(program))
}

pub(crate) fn kubectl() -> Command {
    Command::new(cache().join("kubernetes").join(VERSION).join("bin/kubectl"))
}

/// The real helm.
pub fn helm() -> Utf8PathBuf {
    let folder = cache().join("helm");
    let fetch = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../helm/fetch");
    let status = Command::new(fetch).arg(&folder).status().unwrap();
    assert!(status.success(), "helm can be had");
    folder.join("helm")
}

fn cache() -> Utf8PathBuf {
    let home = std::env::var("HOME").unwrap();
    let cache = std::env::var("XDG_CACHE_HOME").unwrap_or_else(|_| format!("{home}/.cache"));
    Utf8PathBuf::from(cache).join("provisioner")
}

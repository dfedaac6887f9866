use std::process::Command;
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};
use serde_yaml::Value;

use crate::program;

/// What Debian has the sources of.
const VERSION: &str = "1.20.2";
/// The same sources, which say that they are of another version.
const NEWER_VERSION: &str = "1.20.3";

/// `~/.cache/provisioner`, where labs, Kubernetes and bundles are kept from one test to the next.
pub fn cache() -> Utf8PathBuf {
    let home = std::env::var("HOME").expect("a home");
    let cache = std::env::var("XDG_CACHE_HOME").unwrap_or_else(|_| format!("{home}/.cache"));
    Utf8PathBuf::from(cache).join("provisioner")
}

/// The bundle of the tests: `BUNDLE`, or one that is made, with all that it is made of, where it is
/// missing.
pub fn bundle() -> &'static Utf8Path {
    static BUNDLE: OnceLock<Utf8PathBuf> = OnceLock::new();
    BUNDLE.get_or_init(|| given_or_made("BUNDLE", VERSION))
}

/// What the cluster of a test is upgraded from: `NEWER_BUNDLE`, or made like the other.
pub fn newer_bundle() -> &'static Utf8Path {
    static BUNDLE: OnceLock<Utf8PathBuf> = OnceLock::new();
    BUNDLE.get_or_init(|| given_or_made("NEWER_BUNDLE", NEWER_VERSION))
}

/// The version of Kubernetes that a bundle has.
pub fn version_of(bundle: &Utf8Path) -> String {
    let text = fs_err::read_to_string(bundle.join("bundle.yaml")).expect("its list");
    let manifest: Value = serde_yaml::from_str(&text).expect("YAML");
    manifest["kubernetesVersion"].as_str().expect("a version").to_owned()
}

fn given_or_made(variable: &str, version: &str) -> Utf8PathBuf {
    if let Ok(bundle) = std::env::var(variable) {
        return bundle.into();
    }
    let bundle = cache().join(format!("bundle-{version}"));
    if !bundle.join("bundle.yaml").exists() {
        make(&bundle, version);
    }
    bundle
}

/// The bundle of the tests with another list of contents, in a folder.
pub fn altered_bundle(folder: &Utf8Path, change: impl FnOnce(&mut Value)) {
    let _ = fs_err::remove_dir_all(folder);
    let text = fs_err::read_to_string(bundle().join("bundle.yaml")).expect("its list");
    let mut manifest: Value = serde_yaml::from_str(&text).expect("YAML");
    for file in manifest["files"].as_sequence().expect("files") {
        let path = file["path"].as_str().expect("a path");
        let (from, to) = (bundle().join(path), folder.join(path));
        fs_err::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        // On another file system a link cannot be.
        fs_err::hard_link(&from, &to)
            .or_else(|_| fs_err::copy(&from, &to).map(drop))
            .expect("a file of the bundle");
    }
    change(&mut manifest);
    let text = serde_yaml::to_string(&manifest).expect("YAML");
    fs_err::write(folder.join("bundle.yaml"), text).expect("written");
}

fn make(bundle: &Utf8Path, version: &str) {
    let parts = cache().join("kubernetes").join(version);
    let build = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("kubernetes/build");
    let build = Command::new(build).arg(&parts).env("KUBERNETES_VERSION", version).status();
    let status = build.expect("tests/kubernetes/build");
    assert!(status.success(), "Kubernetes is built");
    let made = Command::new(program::path())
        .args(["bundle", "create", "--kubernetes-version", version])
        .args(["--bin", parts.join("bin").as_str(), "--images", parts.join("images").as_str()])
        .args(["-o", bundle.as_str()])
        .status();
    assert!(made.expect("the program").success(), "a bundle is made");
}

//! A folder with everything that a bundle is made of, made up and tiny.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_bundle::{Bundle, Error, Manifest, Progress, Request, create, open};
use serde_json::{Value, json};

pub(crate) const AMD64: u16 = 62;
pub(crate) const ARM64: u16 = 183;

pub(crate) struct Site {
    directory: tempfile::TempDir,
}

impl Site {
    /// The least that a bundle can be made of.
    pub(crate) fn new() -> Self {
        let site = Self { directory: tempfile::tempdir().unwrap() };
        for name in ["kubeadm", "kubelet", "kubectl"] {
            site.program(&format!("bin/{name}"), &elf(AMD64));
        }
        site.file("images/pause.tar", &docker_archive("pause", &["registry.k8s.io/pause:3.10"]));
        site
    }

    pub(crate) fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join(name)
    }

    pub(crate) fn file(&self, name: &str, contents: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    pub(crate) fn program(&self, name: &str, contents: &[u8]) {
        self.file(name, contents);
        self.mode(name, 0o755);
    }

    pub(crate) fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn request(&self) -> Request {
        let optional = |name| Some(self.path(name)).filter(|path| path.exists());
        Request {
            kubernetes_version: "1.36.2".parse().unwrap(),
            bin: self.path("bin"),
            images: self.path("images"),
            debs: optional("debs"),
            charts: optional("charts"),
            out: self.path("out"),
        }
    }

    pub(crate) fn create(&self) -> Result<Manifest, Error> {
        create(&self.request(), &|_: Progress| {})
    }

    pub(crate) fn create_error(&self) -> String {
        let root = self.path("").to_string();
        self.create().unwrap_err().to_string().replace(&root, "/")
    }

    pub(crate) fn bundle(&self) -> Bundle {
        self.create().unwrap();
        open(&self.path("out")).unwrap()
    }

    /// All files and folders, sorted.
    pub(crate) fn listing(&self, folder: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir_utf8().unwrap() {
                let path = entry.unwrap().path().to_owned();
                if path.is_dir() && !path.is_symlink() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(self.path("")).unwrap().to_string());
                }
            }
        }
        found.sort();
        found
    }
}

/// The header of an ELF program for that machine, with nothing behind it.
pub(crate) fn elf(machine: u16) -> Vec<u8> {
    let mut header = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0".to_vec();
    header.extend(machine.to_le_bytes());
    header.resize(64, 0);
    header
}

/// An image with one layer as `docker save` writes it.
pub(crate) fn docker_archive(name: &str, tags: &[&str]) -> Vec<u8> {
    let configuration = json!({"architecture": "amd64", "name": name}).to_string();
    let manifest = json!([{
        "Config": "config.json",
        "RepoTags": tags,
        "Layers": ["layer.tar"],
    }]);
    tar(&[
        ("manifest.json", manifest.to_string().as_bytes()),
        ("config.json", configuration.as_bytes()),
        ("layer.tar", &[7; 1500]),
    ])
}

pub(crate) fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, contents) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(contents.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *contents).unwrap();
    }
    builder.into_inner().unwrap()
}

/// An OCI layout; blobs go by their made-up digests.
pub(crate) fn oci_archive(index: &Value, blobs: &[(&str, Value)]) -> Vec<u8> {
    let index = index.to_string();
    let mut entries = vec![("oci-layout".to_owned(), b"{}".to_vec())];
    entries.push(("index.json".to_owned(), index.into_bytes()));
    for (digest, contents) in blobs {
        let path = format!("blobs/{}", digest.replace(':', "/"));
        entries.push((path, contents.to_string().into_bytes()));
    }
    let borrowed: Vec<(&str, &[u8])> =
        entries.iter().map(|(path, contents)| (path.as_str(), contents.as_slice())).collect();
    tar(&borrowed)
}

/// A well-formed digest that is easy to tell from others.
pub(crate) fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

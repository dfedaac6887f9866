use std::collections::BTreeSet;
use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::path;

/// The name of the manifest in the bundle's folder.
pub const MANIFEST_NAME: &str = "bundle.yaml";

const API_VERSION: &str = "provisioner.dev/v1alpha1";
const KIND: &str = "Bundle";

/// What is in a bundle: `bundle.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    api_version: String,
    kind: String,
    pub kubernetes_version: Version,
    pub architecture: Architecture,
    /// Sorted by path; `bundle.yaml` itself is not among them.
    pub files: Vec<File>,
    /// Sorted by archive, and in the order of the archive.
    pub images: Vec<Image>,
}

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct File {
    /// Relative to the bundle, "bin/kubeadm" for instance.
    pub path: Utf8PathBuf,
    /// 64 hexadecimal digits.
    pub sha256: String,
    pub size: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub executable: bool,
}

/// One container image in one of the archives under `images/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Image {
    /// Its full names: "docker.io/library/busybox:1.36", never "busybox:1.36".
    pub references: Vec<String>,
    /// The archive, relative to the bundle.
    pub file: Utf8PathBuf,
    /// The digest of the image's configuration, which `crictl images` shows as the image's id.
    pub id: String,
    /// The digest of the OCI manifest, which `ctr images ls` shows. An archive in Docker's format
    /// has none: containerd makes one up while importing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// Architectures by Go's names, which Kubernetes uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    Amd64,
    Arm64,
}

impl Architecture {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Manifest {
    pub(crate) fn new(
        kubernetes_version: Version,
        architecture: Architecture,
        mut files: Vec<File>,
        mut images: Vec<Image>,
    ) -> Self {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        images.sort_by(|one, other| one.file.cmp(&other.file));
        Self {
            api_version: API_VERSION.to_owned(),
            kind: KIND.to_owned(),
            kubernetes_version,
            architecture,
            files,
            images,
        }
    }

    pub(crate) fn to_yaml(&self) -> Result<String, serde_yaml::Error> {
        serde_yaml::to_string(self)
    }

    /// Reads and checks a manifest. It may come from anywhere, so nothing in it is trusted: what is
    /// wrong with it is the error.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        manifest.check_identity()?;
        let paths = manifest.check_files()?;
        for image in &manifest.images {
            check_image(image, &paths)?;
        }
        Ok(manifest)
    }

    pub fn file(&self, path: &Utf8Path) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    fn check_identity(&self) -> Result<(), String> {
        if self.kind != KIND {
            return Err(format!("kind is {:?}, not {KIND:?}", self.kind));
        }
        if self.api_version != API_VERSION {
            return Err(format!(
                "apiVersion is {:?}, and only {API_VERSION:?} is known",
                self.api_version
            ));
        }
        Ok(())
    }

    fn check_files(&self) -> Result<BTreeSet<&Utf8Path>, String> {
        let mut paths = BTreeSet::new();
        for file in &self.files {
            path::check(&file.path)
                .map_err(|reason| format!("the path {:?} {reason}", file.path.as_str()))?;
            if !is_sha256(&file.sha256) {
                return Err(format!("the sha256 of {} is no SHA-256", file.path));
            }
            if !paths.insert(file.path.as_path()) {
                return Err(format!("{} is there twice", file.path));
            }
        }
        Ok(paths)
    }
}

fn check_image(image: &Image, paths: &BTreeSet<&Utf8Path>) -> Result<(), String> {
    if !image.file.starts_with("images") || !paths.contains(image.file.as_path()) {
        return Err(format!(
            "the image archive {:?} is not among the files under images/",
            image.file.as_str()
        ));
    }
    let digests = std::iter::once(&image.id).chain(&image.digest);
    for digest in digests {
        if !digest.strip_prefix("sha256:").is_some_and(is_sha256) {
            return Err(format!("{digest:?} is no image digest"));
        }
    }
    let odd = |reference: &&String| !reference.bytes().all(|byte| byte.is_ascii_graphic());
    match image.references.iter().find(odd) {
        Some(reference) => Err(format!("{reference:?} is no image reference")),
        None => Ok(()),
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

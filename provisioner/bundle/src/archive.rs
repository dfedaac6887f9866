use std::collections::{BTreeSet, HashMap};
use std::io::{self, BufRead as _, BufReader, Read};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::digest::sha256;
use crate::{Architecture, normalize_reference};

/// A manifest or a configuration of more than this is none.
const LARGEST_DOCUMENT: u64 = 4 << 20;

/// An image in an archive.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ArchivedImage {
    pub(crate) references: Vec<String>,
    pub(crate) id: String,
    pub(crate) digest: Option<String>,
}

/// Finds the images in a tar, plain or gzipped, in Docker's format or as an OCI layout: the formats
/// that `ctr images import` takes. Checks that everything an image refers to is there.
///
/// The whole archive is read, except what follows its end mark.
pub(crate) fn read_images(
    reader: impl Read,
    architecture: Architecture,
) -> Result<Vec<ArchivedImage>, String> {
    let contents = Contents::read(reader).map_err(|error| unreadable(&error))?;
    let images = if contents.entries.contains("oci-layout") {
        contents.oci_images(architecture)?
    } else {
        contents.docker_images()?
    };
    if images.is_empty() {
        return Err("it holds no image".to_owned());
    }
    match images.iter().find(|image| image.references.is_empty()) {
        Some(image) => {
            Err(format!("the image {} has no name; save it by its name and tag", image.id))
        }
        None => Ok(images),
    }
}

/// What is in the tar: the names of all entries, and the JSON ones in full.
struct Contents {
    entries: BTreeSet<String>,
    documents: HashMap<String, Vec<u8>>,
}

impl Contents {
    fn read(reader: impl Read) -> io::Result<Self> {
        let mut contents = Self { entries: BTreeSet::new(), documents: HashMap::new() };
        let mut archive = tar::Archive::new(decompressed(reader)?);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let path = path.trim_start_matches("./").to_owned();
            if let Some(document) = read_document(&mut entry)? {
                contents.documents.insert(path.clone(), document);
            }
            contents.entries.insert(path);
        }
        Ok(contents)
    }

    fn docker_images(&self) -> Result<Vec<ArchivedImage>, String> {
        let images: Vec<DockerImage> = self.document("manifest.json")?;
        images.iter().map(|image| self.docker_image(image)).collect()
    }

    fn docker_image(&self, image: &DockerImage) -> Result<ArchivedImage, String> {
        for layer in &image.layers {
            self.require(layer)?;
        }
        let configuration = self.raw_document(&image.config)?;
        let tags = image.repo_tags.iter().flatten();
        Ok(ArchivedImage {
            references: tags.map(|tag| normalize_reference(tag)).collect(),
            id: format!("sha256:{}", sha256(configuration)),
            digest: None,
        })
    }

    fn oci_images(&self, architecture: Architecture) -> Result<Vec<ArchivedImage>, String> {
        let index: Index = self.document("index.json")?;
        let mut images: Vec<ArchivedImage> = Vec::new();
        for descriptor in &index.manifests {
            let manifest = self.image_manifest(descriptor, architecture)?;
            self.require(&blob(&manifest.config.digest))?;
            for layer in &manifest.layers {
                self.require(&blob(&layer.digest))?;
            }
            let same = |image: &&mut ArchivedImage| {
                image.digest.as_deref() == Some(descriptor.digest.as_str())
            };
            match images.iter_mut().find(same) {
                Some(image) => image.references.extend(descriptor.reference()),
                None => images.push(ArchivedImage {
                    references: descriptor.reference().into_iter().collect(),
                    id: manifest.config.digest,
                    digest: Some(descriptor.digest.clone()),
                }),
            }
        }
        Ok(images)
    }

    /// The manifest that a descriptor stands for: its own, or that for `architecture` if it is an
    /// index of several.
    fn image_manifest(
        &self,
        descriptor: &Descriptor,
        architecture: Architecture,
    ) -> Result<ImageManifest, String> {
        let path = blob(&descriptor.digest);
        let Ok(index) = self.document::<Index>(&path) else {
            return self.document(&path);
        };
        let fits = |descriptor: &&Descriptor| {
            descriptor
                .platform
                .as_ref()
                .is_some_and(|platform| platform.architecture == architecture.as_str())
        };
        match index.manifests.iter().find(fits) {
            Some(descriptor) => self.document(&blob(&descriptor.digest)),
            None => Err(format!("the image {} is not there for {architecture}", descriptor.digest)),
        }
    }

    fn require(&self, path: &str) -> Result<(), String> {
        if self.entries.contains(path) {
            return Ok(());
        }
        Err(format!("{path} is not in it: it may be cut off"))
    }

    fn raw_document(&self, path: &str) -> Result<&[u8], String> {
        self.require(path)?;
        let document = self.documents.get(path).map(Vec::as_slice);
        document.ok_or_else(|| format!("{path} in it is not JSON"))
    }

    fn document<T: DeserializeOwned>(&self, path: &str) -> Result<T, String> {
        serde_json::from_slice(self.raw_document(path)?)
            .map_err(|error| format!("{path} in it is damaged: {error}"))
    }
}

/// The messages about damaged archives quote whatever bytes were there instead of a number.
fn unreadable(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => error.to_string(),
        None => "it is no tar archive, or it is damaged or cut off".to_owned(),
    }
}

fn decompressed<'a>(reader: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut reader = BufReader::with_capacity(256 * 1024, reader);
    if reader.fill_buf()?.starts_with(b"\x1f\x8b") {
        return Ok(Box::new(MultiGzDecoder::new(reader)));
    }
    Ok(Box::new(reader))
}

fn read_document(entry: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut start = [0];
    if entry.read(&mut start)? == 0 || !matches!(start[0], b'{' | b'[') {
        return Ok(None);
    }
    let mut document = start.to_vec();
    entry.take(LARGEST_DOCUMENT).read_to_end(&mut document)?;
    Ok(Some(document))
}

fn blob(digest: &str) -> String {
    format!("blobs/{}", digest.replacen(':', "/", 1))
}

/// An entry of `manifest.json` in an archive of `docker save`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerImage {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

/// OCI image specification, "Image Index".
#[derive(Deserialize)]
struct Index {
    manifests: Vec<Descriptor>,
}

/// OCI image specification, "Image Manifest".
#[derive(Deserialize)]
struct ImageManifest {
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
    #[serde(default)]
    annotations: HashMap<String, String>,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    architecture: String,
}

impl Descriptor {
    /// containerd writes the full name; the OCI annotation may be that, or a tag alone, which names
    /// nothing.
    fn reference(&self) -> Option<String> {
        let full = self.annotations.get("io.containerd.image.name");
        let name = self
            .annotations
            .get("org.opencontainers.image.ref.name")
            .filter(|name| name.contains(['/', ':']));
        full.or(name).map(|name| normalize_reference(name))
    }
}

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use crate::{Error, File, Image, MANIFEST_NAME, Manifest, normalize_reference};

/// A bundle on disk whose manifest has been read. Its files have not: that is
/// [`verify`](Bundle::verify).
#[derive(Clone, Debug)]
pub struct Bundle {
    directory: Utf8PathBuf,
    manifest: Manifest,
}

/// Opens the bundle in `directory`.
///
/// # Errors
/// [`Error::NoManifest`]; [`Error::Manifest`] for one that is not understood or not safe: paths that
/// leave the folder, files named twice, digests that are none.
pub fn open(directory: &Utf8Path) -> Result<Bundle, Error> {
    let path = directory.join(MANIFEST_NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::NoManifest(directory.to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    let manifest = Manifest::parse(&text).map_err(|reason| Error::Manifest { path, reason })?;
    Ok(Bundle { directory: directory.to_owned(), manifest })
}

impl Bundle {
    pub fn directory(&self) -> &Utf8Path {
        &self.directory
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The file of that path in the bundle, "bin/kubeadm" for instance.
    ///
    /// # Errors
    /// [`Error::NotInBundle`].
    pub fn file(&self, path: impl AsRef<Utf8Path>) -> Result<&File, Error> {
        let path = path.as_ref();
        self.manifest.file(path).ok_or_else(|| Error::NotInBundle(path.to_owned()))
    }

    /// Where a file lies on this machine. It is there, a regular file, and no symbolic link leads
    /// out of the bundle on the way to it.
    ///
    /// # Errors
    /// [`Error::UnsafePath`] or [`Error::Io`].
    pub fn location(&self, file: &File) -> Result<Utf8PathBuf, Error> {
        let unsafe_path = |reason| Error::UnsafePath { path: file.path.to_string(), reason };
        let mut location = self.directory.clone();
        for component in file.path.components() {
            location.push(component);
            if fs::symlink_metadata(&location)?.is_symlink() {
                return Err(unsafe_path("goes through a symbolic link"));
            }
        }
        if !fs::symlink_metadata(&location)?.is_file() {
            return Err(unsafe_path("is not a regular file"));
        }
        Ok(location)
    }

    /// All images; several may lie in one archive.
    pub fn images(&self) -> &[Image] {
        &self.manifest.images
    }

    /// The image of that name, full or familiar ("busybox").
    pub fn image_for(&self, reference: &str) -> Option<&Image> {
        let reference = normalize_reference(reference);
        let has = |image: &&Image| {
            image.references.iter().any(|name| normalize_reference(name) == reference)
        };
        self.manifest.images.iter().find(has)
    }

    /// The archives of images, each once.
    pub fn image_archives(&self) -> impl Iterator<Item = &File> {
        self.within("images")
    }

    /// The programs, without the CNI plugins.
    pub fn binaries(&self) -> impl Iterator<Item = &File> {
        self.within("bin")
    }

    pub fn cni_plugins(&self) -> impl Iterator<Item = &File> {
        self.within("bin/cni")
    }

    pub fn debs(&self) -> impl Iterator<Item = &File> {
        self.within("debs")
    }

    pub fn charts(&self) -> impl Iterator<Item = &File> {
        self.within("charts")
    }

    /// The files right in a folder, not those below it.
    fn within(&self, folder: &'static str) -> impl Iterator<Item = &File> {
        self.manifest
            .files
            .iter()
            .filter(move |file| file.path.parent() == Some(Utf8Path::new(folder)))
    }
}

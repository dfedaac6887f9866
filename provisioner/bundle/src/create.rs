use camino::Utf8Path;
use fs_err as fs;

use crate::archive::read_images;
use crate::digest::HashingReader;
use crate::sources::{Source, Sources};
use crate::staging::Staging;
use crate::{Architecture, Error, File, Image, Manifest, Request, parallel};

/// How far [`create`] is. Files are reported from several threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    Started {
        files: usize,
        bytes: u64,
    },
    /// A file of the given folders that has no place in a bundle.
    Skipped {
        path: &'a Utf8Path,
    },
    Done {
        path: &'a Utf8Path,
        bytes: u64,
    },
}

/// Makes a bundle: takes the files (as hard links where it can), digests them, and finds out which
/// images are in the archives. The output is there complete or not at all.
///
/// # Errors
/// Any [`Error`] but those of opening a bundle. An earlier bundle in the output stays then.
pub fn create(
    request: &Request,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Manifest, Error> {
    let sources = Sources::find(request)?;
    progress(Progress::Started {
        files: sources.files.len(),
        bytes: sources.files.iter().map(|source| source.size).sum(),
    });
    for path in &sources.skipped {
        progress(Progress::Skipped { path });
    }
    let staging = Staging::begin(&request.out)?;
    for folder in ["bin/cni", "images", "debs", "charts"] {
        fs::create_dir_all(staging.folder().join(folder))?;
    }
    let taken = parallel::map(&sources.files, |source| {
        let taken = take(source, staging.folder(), sources.architecture)?;
        progress(Progress::Done { path: &source.path, bytes: taken.0.size });
        Ok(taken)
    });
    let taken = taken.into_iter().collect::<Result<Vec<_>, Error>>()?;
    let (files, images): (Vec<File>, Vec<Vec<Image>>) = taken.into_iter().unzip();
    let manifest = Manifest::new(
        request.kubernetes_version.clone(),
        sources.architecture,
        files,
        images.into_iter().flatten().collect(),
    );
    let text = manifest.to_yaml().map_err(|error| Error::WriteManifest(error.to_string()))?;
    staging.finish(&text)?;
    Ok(manifest)
}

/// Takes one file. What is digested is what lies in the bundle, in the one pass that finds the
/// images.
fn take(
    source: &Source,
    folder: &Utf8Path,
    architecture: Architecture,
) -> Result<(File, Vec<Image>), Error> {
    let target = folder.join(&source.path);
    place(&source.from, &target)?;
    let mut reader = HashingReader::new(fs::File::open(&target)?);
    let images = if source.path.starts_with("images") {
        images(source, &mut reader, architecture)?
    } else {
        Vec::new()
    };
    let (sha256, size) = reader.finish()?;
    let file = File { path: source.path.clone(), sha256, size, executable: source.executable };
    Ok((file, images))
}

fn images(
    source: &Source,
    reader: &mut HashingReader<fs::File>,
    architecture: Architecture,
) -> Result<Vec<Image>, Error> {
    let images = read_images(reader, architecture)
        .map_err(|reason| Error::ImageArchive { path: source.from.clone(), reason })?;
    let image = |image: crate::archive::ArchivedImage| Image {
        references: image.references,
        file: source.path.clone(),
        id: image.id,
        digest: image.digest,
    };
    Ok(images.into_iter().map(image).collect())
}

/// Another file system, or one without links, costs a copy (which shares the blocks where the file
/// system can).
fn place(from: &Utf8Path, to: &Utf8Path) -> Result<(), Error> {
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to)?;
    }
    Ok(())
}

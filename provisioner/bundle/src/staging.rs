use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use crate::path::canonical;
use crate::{Error, MANIFEST_NAME};

/// Tells a folder that a run left unfinished from one that somebody else made.
const MARKER: &str = ".bundle-in-progress";

/// The folder beside the output in which a bundle grows. Only when it is complete does it take the
/// output's place, so that a run that fails or is cut off leaves an earlier bundle as it was, and
/// the earlier bundle may be what the new one is made of.
#[derive(Debug)]
pub(crate) struct Staging {
    out: Utf8PathBuf,
    folder: Utf8PathBuf,
    replaced: Utf8PathBuf,
}

impl Staging {
    /// Clears what an earlier run left behind, and refuses to touch what is no bundle.
    pub(crate) fn begin(out: &Utf8Path) -> Result<Self, Error> {
        let out = absolute(out)?;
        let staging =
            Self { folder: beside(&out, "partial"), replaced: beside(&out, "replaced"), out };
        staging.recover()?;
        if !may_be_replaced(&staging.out)? {
            return Err(Error::OutputOccupied { path: staging.out.clone() });
        }
        fs::create_dir(&staging.folder)?;
        fs::write(staging.folder.join(MARKER), "")?;
        Ok(staging)
    }

    pub(crate) fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// Puts the finished bundle in the place of the output.
    pub(crate) fn finish(self, manifest: &str) -> Result<(), Error> {
        let path = self.folder.join(MANIFEST_NAME);
        fs::write(&path, manifest)?;
        fs::File::open(&path)?.sync_all()?;
        fs::remove_file(self.folder.join(MARKER))?;
        if self.out.exists() {
            fs::rename(&self.out, &self.replaced)?;
        }
        fs::rename(&self.folder, &self.out)?;
        if self.replaced.exists() {
            remove_bundle(&self.replaced)?;
        }
        Ok(())
    }

    fn recover(&self) -> Result<(), Error> {
        if self.replaced.exists() {
            if self.out.exists() {
                remove_bundle(&self.replaced)?;
            } else {
                fs::rename(&self.replaced, &self.out)?;
            }
        }
        if self.folder.exists() {
            let ours = self.folder.join(MARKER).exists()
                || self.folder.join(MANIFEST_NAME).exists()
                || is_empty(&self.folder)?;
            if !ours {
                return Err(Error::OutputOccupied { path: self.folder.clone() });
            }
            fs::remove_dir_all(&self.folder)?;
        }
        Ok(())
    }
}

/// A bundle that could not be finished goes; the next one would remove it anyway.
impl Drop for Staging {
    fn drop(&mut self) {
        if self.folder.join(MARKER).exists() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn absolute(out: &Utf8Path) -> Result<Utf8PathBuf, Error> {
    if out.exists() {
        return canonical(out);
    }
    let out = camino::absolute_utf8(out)?;
    if let Some(parent) = out.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(out)
}

fn beside(out: &Utf8Path, suffix: &str) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{out}.{suffix}"))
}

fn may_be_replaced(out: &Utf8Path) -> Result<bool, Error> {
    if !out.exists() {
        return Ok(true);
    }
    Ok(out.is_dir() && (crate::open(out).is_ok() || is_empty(out)?))
}

fn is_empty(directory: &Utf8Path) -> Result<bool, Error> {
    Ok(directory.is_dir() && fs::read_dir(directory)?.next().is_none())
}

/// Removes the manifest last: whatever is left of the folder until then is still known for what it
/// was.
fn remove_bundle(directory: &Utf8Path) -> Result<(), Error> {
    if !directory.join(MANIFEST_NAME).exists() && !is_empty(directory)? {
        return Err(Error::OutputOccupied { path: directory.to_owned() });
    }
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else if entry.file_name() != MANIFEST_NAME {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(fs::remove_dir_all(directory)?)
}

//! What systemd-nspawn leaves in /run after a host has ended.

use std::os::unix::fs::MetadataExt;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use crate::LabError;

/// An empty folder for each machine, of its name.
const FOLDERS: &str = "/run/systemd/nspawn/propagate";
/// An empty file for each root file system, named after its device and inode.
const LOCKS: &str = "/run/systemd/nspawn/locks";

/// Removes the folders of the machines that `belongs` says.
pub(crate) fn remove_folders(belongs: impl Fn(&str) -> bool) -> Result<(), LabError> {
    if !Utf8Path::new(FOLDERS).exists() {
        return Ok(());
    }
    for entry in fs::read_dir(FOLDERS)? {
        let entry = entry?;
        if belongs(&entry.file_name().to_string_lossy()) {
            fs::remove_dir(entry.path())?;
        }
    }
    Ok(())
}

/// Removes the locks of the root file systems that are mounted at these points.
pub(crate) fn remove_locks(mount_points: &[Utf8PathBuf]) -> Result<(), LabError> {
    for point in mount_points {
        let root = fs::metadata(point)?;
        let lock = Utf8Path::new(LOCKS).join(format!("inode-{}:{}", root.dev(), root.ino()));
        if lock.exists() {
            fs::remove_file(lock)?;
        }
    }
    Ok(())
}

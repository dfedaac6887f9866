use std::os::unix::fs::{PermissionsExt, chown};

use camino::Utf8Path;
use fs_err as fs;

use crate::LabError;

/// A file inside a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GuestFile {
    /// Without the leading slash.
    pub(crate) path: String,
    pub(crate) mode: u32,
    /// User and group id.
    pub(crate) owner: u32,
    pub(crate) content: String,
}

impl GuestFile {
    pub(crate) fn new(path: &str, content: impl Into<String>) -> Self {
        Self { path: path.to_owned(), mode: 0o644, owner: 0, content: content.into() }
    }

    pub(crate) fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    pub(crate) fn owner(self, owner: u32) -> Self {
        Self { owner, ..self }
    }
}

/// Writes files below a root file system, with the folders above them. A folder that is made for a
/// file is as private as the file, and its owner's.
pub(crate) fn write_all(root: &Utf8Path, files: &[GuestFile]) -> Result<(), LabError> {
    for file in files {
        let path = root.join(&file.path);
        if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
            fs::create_dir_all(folder)?;
            // Whoever may read the file may enter the folder.
            let mode = file.mode | ((file.mode & 0o444) >> 2);
            fs::set_permissions(folder, std::fs::Permissions::from_mode(mode))?;
            own(folder, file.owner)?;
        }
        // Replaced, not written into: it may be a link to somewhere on this machine.
        if path.symlink_metadata().is_ok() {
            fs::remove_file(&path)?;
        }
        fs::write(&path, &file.content)?;
        fs::set_permissions(&path, std::fs::Permissions::from_mode(file.mode))?;
        own(&path, file.owner)?;
    }
    Ok(())
}

fn own(path: &Utf8Path, owner: u32) -> Result<(), LabError> {
    Ok(chown(path, Some(owner), Some(owner))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("unicode");
        let outside = root.join("outside");
        fs::write(&outside, "untouched").expect("written");
        fs::create_dir_all(root.join("host/etc")).expect("made");
        std::os::unix::fs::symlink(&outside, root.join("host/etc/resolv.conf")).expect("linked");

        let owner = std::os::unix::fs::MetadataExt::uid(&folder.path().metadata().expect("there"));
        let file = GuestFile::new("etc/resolv.conf", "inside").mode(0o600).owner(owner);
        write_all(&root.join("host"), &[file]).expect("written");

        assert_eq!(fs::read_to_string(&outside).expect("read"), "untouched");
        let inside = root.join("host/etc/resolv.conf");
        assert_eq!(fs::read_to_string(&inside).expect("read"), "inside");
        assert_eq!(inside.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    }
}

//! Files that only their owner may read.

use std::io::{self, Write as _};

use camino::Utf8Path;
use secrecy::SecretString;
use tempfile::NamedTempFile;

/// The text of a file; nothing where there is none.
pub(crate) fn read(path: &Utf8Path) -> io::Result<SecretString> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new().into()),
        Err(error) => Err(error),
    }
}

/// Writes a file with mode 0600 (tempfile's own), wholly or not at all. Folders that are missing are
/// made.
pub(crate) fn replace(path: &Utf8Path, text: &str) -> io::Result<()> {
    let mut file = beside(path)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A file with mode 0600 that can take the place of another in one go. Folders that are missing are
/// made.
pub(crate) fn beside(path: &Utf8Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_str().is_empty() => folder,
        _ => Utf8Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    NamedTempFile::new_in(folder)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let path = folder.join("new/config");
        assert_eq!(read(&path).unwrap().expose_secret(), "");
        replace(&path, "one").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        replace(&path, "two").unwrap();
        assert_eq!(read(&path).unwrap().expose_secret(), "two");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.join("new")).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        symlink("/dev/null", folder.join("file")).unwrap();
        assert!(replace(&folder.join("file/config"), "text").is_err());
    }
}

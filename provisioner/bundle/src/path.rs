use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::Error;

const FOLDERS: [&str; 4] = ["bin", "images", "debs", "charts"];

/// Whether a path of a manifest stays within the bundle; otherwise why not. Whether the file system
/// agrees (no symbolic links) is asked when the file is used.
pub(crate) fn check(path: &Utf8Path) -> Result<(), &'static str> {
    if path.as_str().chars().any(char::is_control) {
        return Err("contains a control character");
    }
    if path.is_absolute() {
        return Err("is absolute");
    }
    if !path.components().all(|component| matches!(component, Utf8Component::Normal(_))) {
        return Err("leaves the bundle");
    }
    // "a//b", "a/." and "a/" name the same file as another path: one name a file is enough.
    if path.components().map(|component| component.as_str()).collect::<Vec<_>>().join("/")
        != path.as_str()
    {
        return Err("is not in its shortest form");
    }
    let mut components = path.components();
    let folder = components.next().map(|component| component.as_str());
    if !folder.is_some_and(|folder| FOLDERS.contains(&folder)) || components.next().is_none() {
        return Err("is not a file under bin/, images/, debs/ or charts/");
    }
    Ok(())
}

/// The path without symbolic links.
pub(crate) fn canonical(path: &Utf8Path) -> Result<Utf8PathBuf, Error> {
    Utf8PathBuf::from_path_buf(fs_err::canonicalize(path)?)
        .map_err(|path| Error::NotUtf8(path.display().to_string()))
}

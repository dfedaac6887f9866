use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use camino::Utf8Path;

use crate::KubeError;

/// Writes a file beside its place and moves it there: whoever looks finds all of it, or nothing.
pub(super) fn write(path: &Utf8Path, data: &[u8], mode: u32) -> Result<(), KubeError> {
    let failed = |source| KubeError::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty());
    let folder = folder.unwrap_or_else(|| ".".into());
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(data).map_err(failed)?;
    file.as_file().set_permissions(Permissions::from_mode(mode)).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

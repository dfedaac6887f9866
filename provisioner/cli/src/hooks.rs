//! The playbooks that a spec names, read from the files beside it.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_playbook::{Hook, Library, Place, Playbook, PlaybookError, check_template};
use provisioner_spec::Cluster;

/// Where the relative paths of a spec begin. A spec from standard input has no folder of its own.
pub(crate) fn folder(spec: &Utf8Path) -> Utf8PathBuf {
    let parent = spec.parent().filter(|parent| spec != "-" && !parent.as_str().is_empty());
    parent.unwrap_or(Utf8Path::new(".")).to_owned()
}

/// The library with the hooks of a cluster.
pub(crate) fn add(
    library: Library,
    cluster: &Cluster,
    folder: &Utf8Path,
    home: &Utf8Path,
) -> Result<Library, PlaybookError> {
    let hooks = cluster.hooks.iter().map(|hook| {
        let place = match (&hook.before, &hook.after) {
            (Some(before), _) => Place::Before(before.clone()),
            (None, after) => Place::After(after.clone().unwrap_or_default()),
        };
        let (playbook, files) = read(&resolved(&hook.playbook, folder, home))?;
        Ok(Hook { place, playbook, files })
    });
    library.with_hooks(&hooks.collect::<Result<Vec<_>, PlaybookError>>()?)
}

/// Looks whether a file can be used as a playbook beside those of the program.
pub(crate) fn judge(path: &Utf8Path, taken: &Library) -> Result<(), PlaybookError> {
    let (playbook, _) = read(path)?;
    if taken.has_playbook(&playbook.name) {
        return Err(PlaybookError::Taken { name: playbook.name });
    }
    Ok(())
}

/// The file that a spec means.
pub(crate) fn resolved(path: &Utf8Path, folder: &Utf8Path, home: &Utf8Path) -> Utf8PathBuf {
    match path.strip_prefix("~") {
        Ok(rest) => home.join(rest),
        Err(_) => folder.join(path),
    }
}

/// The playbook and the files beside it that its steps name.
fn read(path: &Utf8Path) -> Result<(Playbook, BTreeMap<String, Vec<u8>>), PlaybookError> {
    let playbook = Playbook::read(path, &text(path)?)?;
    let folder = path.parent().unwrap_or(Utf8Path::new(""));
    let sources = playbook.sources().into_iter().map(|src| {
        let path = folder.join(src);
        let text = text(&path)?;
        check_template(&path, &text)?;
        Ok((src.to_owned(), text.into_bytes()))
    });
    let files = sources.collect::<Result<_, PlaybookError>>()?;
    Ok((playbook, files))
}

fn text(path: &Utf8Path) -> Result<String, PlaybookError> {
    fs_err::read_to_string(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => PlaybookError::Missing { path: path.to_owned() },
        std::io::ErrorKind::InvalidData => PlaybookError::NotText { path: path.to_owned() },
        _ => PlaybookError::Read { path: path.to_owned(), source },
    })
}

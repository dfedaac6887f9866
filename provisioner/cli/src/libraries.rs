//! What there is to do and to install: the program's own, and what `--assets` replaces of it, file by file.

use crate::error::Error;
use crate::program::Program;

/// What can be done to hosts.
pub(crate) fn playbooks(program: &Program) -> Result<provisioner_playbook::Library, Error> {
    let assets = provisioner_playbook::Assets::embedded();
    let assets = match &program.options.assets {
        Some(folder) => assets.with_overrides(folder)?,
        None => assets,
    };
    Ok(provisioner_playbook::Library::load(assets)?)
}

/// What can be installed into clusters.
pub(crate) fn addons(program: &Program) -> Result<provisioner_kube::Library, Error> {
    let assets = provisioner_kube::Assets::embedded();
    let assets = match &program.options.assets {
        Some(folder) => assets.with_overrides(folder)?,
        None => assets,
    };
    Ok(provisioner_kube::Library::load(assets)?)
}

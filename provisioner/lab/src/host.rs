use std::process::Stdio;

use camino::Utf8Path;
use fs_err as fs;

use crate::command::{SEARCH_PATH, command, start};
use crate::guest::{identity, write_all};
use crate::init::init_process;
use crate::nspawn::Machine;
use crate::{
    Lab, LabError, LabHost, cgroup, hierarchy, keys, leftovers, names, power, ready, resolver,
    storage,
};

/// Makes a host's disk, or mounts the one it has.
pub(crate) async fn prepare(lab: &Lab, host: &LabHost) -> Result<(), LabError> {
    let (paths, name) = (&lab.paths, lab.name());
    storage::ensure_root(paths, name, &host.name, &lab.record.image).await?;
    let prepared = paths.disk(name, &host.name).join("prepared");
    if prepared.exists() {
        return Ok(());
    }
    let definition = lab.definition();
    let host_key = keys::host_key(paths, name, &host.name).await?;
    let authorized = keys::authorized_keys(paths, definition).await?;
    let files = identity(definition, host, &host_key, &authorized, &resolver::configuration()?)?;
    write_all(&paths.host_root(name, &host.name), &files)?;
    Ok(fs::write(prepared, "")?)
}

/// Switches a host on that is off. It outlives the process that does it: it has a session and
/// cgroups of its own, and no terminal.
pub(crate) async fn power_on(lab: &Lab, host: &LabHost) -> Result<(), LabError> {
    let (paths, name) = (&lab.paths, lab.name());
    cgroup::create(name, &host.name).await?;
    let hierarchies = hierarchy::hierarchies()?;
    let modules = Utf8Path::new("/lib/modules");
    let machine = Machine {
        lab: name,
        host: &host.name,
        paths,
        hierarchies: &hierarchies,
        modules: modules.exists().then(|| modules.to_owned()),
    };
    let keeper = paths.keeper(name, &host.name);
    fs::write(&keeper, machine.keeper_script())?;
    let log = paths.console_log(name, &host.name);
    let log = fs::OpenOptions::new().create(true).append(true).open(log)?.into_parts().0;
    let mut setsid = command("setsid");
    setsid.args(["--fork", "sh", keeper.as_str()]).current_dir("/").env_clear();
    setsid.env("PATH", SEARCH_PATH).stdout(Stdio::from(log.try_clone()?)).stderr(log);
    start(setsid).await
}

/// Switches a host on, if it is off, and waits until it is up.
pub(crate) async fn switch_on(lab: &Lab, host: &LabHost) -> Result<(), LabError> {
    if init_process(lab.name(), &host.name)?.is_none() {
        prepare(lab, host).await?;
        power_on(lab, host).await?;
    }
    ready::wait(lab, host).await
}

/// Switches a host off and removes all that there is of it.
pub(crate) async fn remove(lab: &Lab, host: &LabHost) -> Result<(), LabError> {
    let (paths, name) = (&lab.paths, lab.name());
    power::power_off(lab, host).await?;
    storage::remove_disk(paths, name, &host.name).await?;
    leftovers::remove_folders(|machine| machine == names::machine(name, &host.name))?;
    for file in [paths.keeper(name, &host.name), paths.console_log(name, &host.name)] {
        if file.exists() {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

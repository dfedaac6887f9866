use std::process::Stdio;

use camino::Utf8Path;
use fs_err as fs;

use crate::command::{SEARCH_PATH, command, start};
use crate::guest::{identity, write_all};
use crate::nspawn::Machine;
use crate::{Lab, LabError, LabHost, cgroup, keys, leftovers, names, power, resolver, storage};

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
    let hierarchies = cgroup::hierarchies()?;
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

/// The host's process 1, as this machine numbers it; none if the host is off.
///
/// It is the one among the host's processes that is number 1 in a namespace right below this one:
/// so it is found even if everything that started it is gone.
pub(crate) fn init_process(lab: &str, host: &str) -> Result<Option<u32>, LabError> {
    Ok(cgroup::processes(lab, host)?.into_iter().find(|process| is_init(*process)))
}

fn is_init(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mut lines = status.lines();
    let numbers = lines.find_map(|line| line.strip_prefix("NSpid:")).unwrap_or_default();
    let numbers: Vec<_> = numbers.split_whitespace().collect();
    matches!(numbers[..], [_, "1"])
}

/// The end of what a host's console showed.
pub(crate) fn console(lab: &Lab, host: &LabHost) -> String {
    const LINES: usize = 15;
    let log = fs::read(lab.paths.console_log(lab.name(), &host.name)).unwrap_or_default();
    let text = String::from_utf8_lossy(&log);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

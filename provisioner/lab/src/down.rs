use std::time::Duration;

use fs_err as fs;
use tokio::time::{Instant, sleep};

use crate::command::run;
use crate::definition::check_lab_name;
use crate::lock::Lock;
use crate::record::Record;
use crate::{
    LabError, Paths, cgroup, controllers, leftovers, names, network, requirements, storage,
};

const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);

/// Removes a lab wholly, or what is left of one: processes, mounts, network, rules, cgroups, files.
/// Only the image stays. A lab that is not there is no error.
///
/// # Errors
/// When not root, or when something of it cannot be removed.
pub async fn down(name: &str, paths: &Paths) -> Result<(), LabError> {
    check_lab_name(name)?;
    requirements::check()?;
    let _lock = Lock::take(paths).await?;
    kill_all(name).await?;
    storage::unmount(&paths.lab(name)).await?;
    cgroup::remove_lab(name).await?;
    network::remove(name).await?;
    leftovers::remove_folders(|machine| machine.starts_with(&names::machine(name, "")))?;
    restore_machine(name, paths)?;
    if paths.lab(name).exists() {
        fs::remove_dir_all(paths.lab(name))?;
    }
    Ok(())
}

/// Kills until nothing is left: a process may have made another in the meantime.
async fn kill_all(name: &str) -> Result<(), LabError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let processes = cgroup::all_processes(name)?;
        if processes.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            let what = format!("lab {name}");
            return Err(LabError::NotStopped { what, seconds: PATIENCE.as_secs() });
        }
        let numbers: Vec<_> = processes.iter().map(u32::to_string).collect();
        let words =
            [&["-c", "kill -KILL \"$@\" 2>/dev/null; :", "sh"], &refs(&numbers)[..]].concat();
        run("sh", &words).await?;
        sleep(POLL).await;
    }
}

fn refs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// The last lab leaves forwarding and the root cgroup's controllers as they were before the first.
fn restore_machine(name: &str, paths: &Paths) -> Result<(), LabError> {
    let Some(record) = Record::read(paths, name).ok().flatten() else { return Ok(()) };
    if !Record::others(paths, name)?.is_empty() {
        return Ok(());
    }
    if !record.forwarding_before {
        network::set_forwarding(false)?;
    }
    record.controllers_before.map_or(Ok(()), |before| controllers::restore_root(&before))
}

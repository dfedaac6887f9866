//! Each host runs in cgroups of its own, so that nothing of it survives its end. On v1 every
//! hierarchy gets `provisioner-lab-LAB/HOST/{keeper,machine}`, on v2 the one that there is.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use crate::hierarchy::hierarchies;
use crate::{LabError, controllers, names};

/// How long processes that were killed may take to be gone.
const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(10);

/// The script that runs a host.
pub(crate) const KEEPER: &str = "keeper";
/// The host itself.
pub(crate) const MACHINE: &str = "machine";

/// Makes the cgroups of a host, empty ones in place of those of an earlier run.
pub(crate) async fn create(lab: &str, host: &str) -> Result<(), LabError> {
    remove_host(lab, host).await?;
    for hierarchy in hierarchies()? {
        let mut group = hierarchy.root.clone();
        for part in [&names::cgroup(lab), host] {
            controllers::hand_down(&hierarchy, &group)?;
            group = group.join(part);
            create_one(&group)?;
        }
        controllers::hand_down(&hierarchy, &group)?;
        for part in [KEEPER, MACHINE] {
            create_one(&group.join(part))?;
        }
    }
    Ok(())
}

fn create_one(group: &Utf8Path) -> Result<(), LabError> {
    fs::create_dir_all(group)?;
    // A new cpuset is empty and takes no process (cpuset(7)).
    for file in ["cpuset.cpus", "cpuset.mems"] {
        let above = group.parent().map(|parent| parent.join(file));
        let Some(above) = above.filter(|above| above.exists()) else { continue };
        let value = fs::read_to_string(above)?;
        // On v2 an empty value means the parent's, and the root has no such file.
        if !value.trim().is_empty() {
            fs::write(group.join(file), value)?;
        }
    }
    Ok(())
}

/// The processes of a host, those of its keeper included.
pub(crate) fn processes(lab: &str, host: &str) -> Result<Vec<u32>, LabError> {
    below(&Utf8Path::new(&names::cgroup(lab)).join(host))
}

/// The processes of a whole lab, whatever its hosts are called.
pub(crate) fn all_processes(lab: &str) -> Result<Vec<u32>, LabError> {
    below(Utf8Path::new(&names::cgroup(lab)))
}

fn below(group: &Utf8Path) -> Result<Vec<u32>, LabError> {
    let mut processes = Vec::new();
    for hierarchy in hierarchies()? {
        collect(&hierarchy.root.join(group), &mut processes)?;
    }
    processes.sort_unstable();
    processes.dedup();
    Ok(processes)
}

fn collect(group: &Utf8Path, processes: &mut Vec<u32>) -> Result<(), LabError> {
    // fs_err keeps the system's code to itself.
    let Some(text) = unless_gone(std::fs::read_to_string(group.join("cgroup.procs")))? else {
        return Ok(());
    };
    processes.extend(text.lines().filter_map(|line| line.parse::<u32>().ok()));
    for child in children(group)? {
        collect(&child, processes)?;
    }
    Ok(())
}

/// Waits until the cgroups of a host are empty, and removes them.
pub(crate) async fn remove_host(lab: &str, host: &str) -> Result<(), LabError> {
    let what = || format!("host {host}");
    remove(&Utf8Path::new(&names::cgroup(lab)).join(host), what).await
}

/// Waits until the cgroups of a lab are empty, and removes them.
pub(crate) async fn remove_lab(lab: &str) -> Result<(), LabError> {
    remove(Utf8Path::new(&names::cgroup(lab)), || format!("lab {lab}")).await
}

async fn remove(group: &Utf8Path, what: impl Fn() -> String) -> Result<(), LabError> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    for hierarchy in hierarchies()? {
        let group = hierarchy.root.join(group);
        // Busy until the last process that ran in it has been reaped.
        while let Err(error) = remove_tree(&group) {
            if tokio::time::Instant::now() > deadline {
                tracing::debug!(%error, %group, "stays");
                return Err(LabError::NotStopped { what: what(), seconds: PATIENCE.as_secs() });
            }
            tokio::time::sleep(POLL).await;
        }
    }
    Ok(())
}

fn remove_tree(group: &Utf8Path) -> Result<(), LabError> {
    for child in children(group)? {
        remove_tree(&child)?;
    }
    unless_gone(fs::remove_dir(group)).map(|_| ())
}

fn children(group: &Utf8Path) -> Result<Vec<Utf8PathBuf>, LabError> {
    let Some(entries) = unless_gone(fs::read_dir(group))? else { return Ok(Vec::new()) };
    let mut children = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            children.push(group.join(entry.file_name().to_string_lossy().as_ref()));
        }
    }
    Ok(children)
}

/// A cgroup may vanish while it is being looked at: the host removes its own.
fn unless_gone<T>(result: std::io::Result<T>) -> Result<Option<T>, LabError> {
    // ENODEV: the folder was removed after the file had been opened.
    const NO_SUCH_DEVICE: i32 = 19;
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.raw_os_error() == Some(NO_SUCH_DEVICE) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

use camino::Utf8Path;
use fs_err as fs;

use crate::command::run;
use crate::{LabError, Paths, leftovers, mounts};

/// The part of the memory that the hosts of a lab may fill with files.
const SHARE_OF_MEMORY: &str = "80%";

/// Folders that a file system of overlays must not hold, since containerd makes overlays in them;
/// etcd's for its speed.
pub(crate) const VOLUMES: [&str; 3] = ["containerd", "etcd", "kubelet"];

/// Mounts the tmpfs for what the hosts of a lab write. It is the machine's, not the hosts': what is
/// on it outlives a host's power-off.
pub(crate) async fn ensure_disks(paths: &Paths, lab: &str) -> Result<(), LabError> {
    let disks = paths.disks(lab);
    fs::create_dir_all(&disks)?;
    if !mounts::is_mounted(&disks)? {
        let options = format!("size={SHARE_OF_MEMORY},mode=0700");
        run("mount", &["-t", "tmpfs", "-o", &options, "provisioner-lab", disks.as_str()]).await?;
    }
    Ok(())
}

/// Mounts a host's root file system: its own layer over the image.
pub(crate) async fn ensure_root(
    paths: &Paths,
    lab: &str,
    host: &str,
    image: &str,
) -> Result<(), LabError> {
    let disk = paths.disk(lab, host);
    let root = paths.host_root(lab, host);
    for folder in ["upper", "work", "root"] {
        fs::create_dir_all(disk.join(folder))?;
    }
    for volume in VOLUMES {
        fs::create_dir_all(disk.join("volumes").join(volume))?;
    }
    if !mounts::is_mounted(&root)? {
        let lower = paths.image(image);
        let options = format!("lowerdir={lower},upperdir={disk}/upper,workdir={disk}/work");
        run("mount", &["-t", "overlay", "-o", &options, "provisioner-lab", root.as_str()]).await?;
    }
    Ok(())
}

/// Unmounts and removes all that a host has written.
pub(crate) async fn remove_disk(paths: &Paths, lab: &str, host: &str) -> Result<(), LabError> {
    let disk = paths.disk(lab, host);
    unmount(&disk).await?;
    if disk.exists() {
        fs::remove_dir_all(disk)?;
    }
    Ok(())
}

/// Unmounts the root file systems and disks below a folder.
pub(crate) async fn unmount(folder: &Utf8Path) -> Result<(), LabError> {
    leftovers::remove_locks(&mounts::below(folder)?)?;
    mounts::unmount_below(folder).await
}

use std::process::Command;

use camino::Utf8Path;

/// What a host has disks of its own for, below its folder of the lab: all else, and what takes most room.
const DISKS: [&str; 3] = ["", "volumes/containerd", "volumes/kubelet"];

/// Mounts disks of their own for the hosts of a lab that is about to be made, where it would give all of them one
/// (docs/lab.md): so one can be full while the others are not. They go with the lab.
pub(crate) fn mount(lab: &Utf8Path, hosts: &[&str]) {
    let disks = lab.join("disks");
    mount_one(&disks, "0700");
    for host in hosts {
        for disk in DISKS {
            mount_one(&disks.join(host).join(disk), "0755");
        }
    }
}

fn mount_one(folder: &Utf8Path, mode: &str) {
    fs_err::create_dir_all(folder).expect("a folder");
    let options = format!("size=80%,mode={mode}");
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", &options, "provisioner-lab", folder.as_str()])
        .status();
    assert!(mount.expect("mount").success(), "{folder} is mounted");
}

use camino::Utf8Path;
use fs_err as fs;

use crate::command::{command, finish};
use crate::guest::{self, PASSWORD, PASSWORD_USER, SETUP};
use crate::{LabError, Paths, System, mirror, mounts, names};

/// What a minimal server has.
const INSTALLED: &[&str] = &[
    "apt",
    "ca-certificates",
    "dbus",
    "iproute2",
    "iputils-ping",
    "kmod",
    "libpam-systemd",
    "netbase",
    "openssh-server",
    "procps",
    "sudo",
    "systemd-sysv",
    "tzdata",
    "udev",
];

/// What clusters need in addition: downloaded, not installed, so that each host need not fetch it
/// from the mirror.
const DOWNLOADED: &[&str] = &[
    "chrony",
    "conntrack",
    "containerd",
    "containernetworking-plugins",
    "curl",
    "ebtables",
    "ethtool",
    "haproxy",
    "ipset",
    "iptables",
    "ipvsadm",
    "keepalived",
    "nftables",
    "runc",
    "socat",
];

/// The digest of everything that the image is made from.
pub(crate) fn digest(system: System) -> String {
    let files = guest::common_files();
    let contents = files.iter().flat_map(|file| [file.path.as_str(), &file.content]);
    let parts: Vec<_> = [system.release(), SETUP, PASSWORD]
        .into_iter()
        .chain(INSTALLED.iter().copied())
        .chain(DOWNLOADED.iter().copied())
        .chain(contents)
        .collect();
    format!("{:016x}", names::digest(&parts))
}

/// Makes the root file system that all hosts stand on, by mmdebstrap(1).
///
/// It appears under its own name only when it is complete.
pub(crate) async fn build(paths: &Paths, system: System) -> Result<(), LabError> {
    let unfinished = paths.root().join("image-unfinished");
    // A run that was killed may have left /proc and /dev mounted in there.
    mounts::unmount_below(&unfinished).await?;
    remove_tree(&unfinished)?;
    let sources = mirror::sources(system).await?;
    let keyring = mirror::keyring(paths, system).await?;
    let mut mmdebstrap = command("mmdebstrap");
    mmdebstrap.args(arguments(system, keyring.as_deref(), &unfinished));
    finish(mmdebstrap, &sources).await?;

    guest::write_all(&unfinished, &guest::common_files())?;
    let mut setup = command("chroot");
    setup.args([unfinished.as_str(), "sh", "-c", SETUP]);
    finish(setup, &format!("{PASSWORD_USER}:{PASSWORD}\n")).await?;
    Ok(fs::rename(unfinished, paths.image(&digest(system)))?)
}

/// Removes the images of earlier recipes that no lab stands on.
pub(crate) fn remove_except(paths: &Paths, keep: &[String]) -> Result<(), LabError> {
    for entry in fs::read_dir(paths.root())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let obsolete =
            name.strip_prefix("image-").is_some_and(|digest| !keep.iter().any(|one| one == digest));
        if obsolete {
            remove_tree(&paths.root().join(name))?;
        }
    }
    Ok(())
}

fn arguments(system: System, keyring: Option<&Utf8Path>, target: &Utf8Path) -> Vec<String> {
    let download = format!(
        "chroot \"$1\" apt-get install --download-only -y -qq --no-install-recommends {}",
        DOWNLOADED.join(" ")
    );
    let keyring = keyring.map(|keyring| format!("--keyring={keyring}"));
    let mut arguments = vec![
        "--quiet".to_owned(),
        "--mode=root".to_owned(),
        "--variant=minbase".to_owned(),
        "--format=directory".to_owned(),
        // Package lists and downloaded packages are to stay.
        "--skip=cleanup/apt".to_owned(),
        "--aptopt=Acquire::Languages \"none\"".to_owned(),
        // A lab is thrown away: nothing is gained by waiting for the disk.
        "--dpkgopt=force-unsafe-io".to_owned(),
        "--dpkgopt=path-exclude=/usr/share/doc/*".to_owned(),
        "--dpkgopt=path-exclude=/usr/share/man/*".to_owned(),
        "--dpkgopt=path-exclude=/usr/share/locale/*".to_owned(),
        format!("--include={}", INSTALLED.join(",")),
        format!("--customize-hook={download}"),
    ];
    arguments.extend(keyring);
    arguments.extend([system.release().to_owned(), target.to_string(), "-".to_owned()]);
    arguments
}

fn remove_tree(path: &Utf8Path) -> Result<(), LabError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_the_image_is_made() {
        let debian = arguments(System::Debian, None, Utf8Path::new("/cache/image"));
        insta::assert_snapshot!(debian.join("\n"));
        let keyring = Utf8Path::new("/cache/keys.gpg");
        let ubuntu = arguments(System::Ubuntu, Some(keyring), Utf8Path::new("/cache/image"));
        let others: Vec<_> = ubuntu.iter().filter(|one| !debian.contains(one)).collect();
        assert_eq!(others, ["--keyring=/cache/keys.gpg", "noble"]);
    }
}

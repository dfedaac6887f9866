use camino::Utf8PathBuf;
use fs_err as fs;

use crate::command::run;
use crate::{LabError, Paths, System};

const UBUNTU: &str = "http://archive.ubuntu.com/ubuntu";
/// Ubuntu's package of the keys of its archive. What is in it was compared with the fingerprint of 2018,
/// F6EC B376 2474 EDA9 D21B 7022 8719 20D1 991B C93C.
const UBUNTU_KEYRING: &str = "pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb";
const UBUNTU_KEYRING_SHA256: &str =
    "36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8";

/// The lines of a sources.list for the hosts: Debian's from the mirror that this machine itself uses.
pub(crate) async fn sources(system: System) -> Result<String, LabError> {
    if system == System::Ubuntu {
        // As it was released: its updates have containerd 2, with which a Kubernetes before 1.23 cannot speak.
        return Ok(format!("deb {UBUNTU} {} main universe\n", system.release()));
    }
    let arguments = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"];
    sources_from(&run("apt-get", &arguments).await?)
}

/// The keys of an archive that this machine does not know by itself.
///
/// # Errors
/// They cannot be had, or are not those that they should be.
pub(crate) async fn keyring(
    paths: &Paths,
    system: System,
) -> Result<Option<Utf8PathBuf>, LabError> {
    if system == System::Debian {
        return Ok(None);
    }
    let folder = paths.root().join("ubuntu-keyring");
    let keyring = folder.join("usr/share/keyrings/ubuntu-archive-keyring.gpg");
    if keyring.exists() {
        return Ok(Some(keyring));
    }
    fs::create_dir_all(paths.root())?;
    let package = paths.root().join("ubuntu-keyring.deb");
    let url = format!("{UBUNTU}/{UBUNTU_KEYRING}");
    run("curl", &["-fsSL", "--retry", "3", "-o", package.as_str(), &url]).await?;
    let said = run("sha256sum", &[package.as_str()]).await?;
    let found = said.split_whitespace().next().unwrap_or_default().to_owned();
    if found != UBUNTU_KEYRING_SHA256 {
        return Err(LabError::Keyring { url, found, wanted: UBUNTU_KEYRING_SHA256 });
    }
    run("dpkg-deb", &["-x", package.as_str(), folder.as_str()]).await?;
    fs::remove_file(package)?;
    Ok(Some(keyring))
}

/// A Debian mirror's address ends in `/debian`, that of its security updates in `/debian-security`:
/// so say the mirrors' own rules (debian.org/mirror/ftpmirror), and apt's sources name no archive.
fn sources_from(repositories: &str) -> Result<String, LabError> {
    let ending = |end: &str| {
        let mut all = repositories.lines().map(|line| line.trim().trim_end_matches('/'));
        all.find(|uri| uri.ends_with(end)).map(str::to_owned)
    };
    let main = ending("/debian").ok_or(LabError::NoMirror)?;
    let release = System::Debian.release();
    let security = ending("/debian-security").map(|uri| format!("{uri} {release}-security"));
    let suites = [format!("{main} {release}"), format!("{main} {release}-updates")];
    let lines = suites.into_iter().chain(security).map(|suite| format!("deb {suite} main\n"));
    Ok(lines.collect::<Vec<_>>().concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_repositories_are_passed_over() {
        let found = "https://packages.example/apt/\n\
                     http://mirror.example/debian/\n\
                     http://mirror.example/debian-security/\n\
                     http://mirror.example/debian/\n";
        insta::assert_snapshot!(sources_from(found).expect("sources"), @"
        deb http://mirror.example/debian bookworm main
        deb http://mirror.example/debian bookworm-updates main
        deb http://mirror.example/debian-security bookworm-security main
        ");
    }

    #[test]
    fn without_a_mirror_there_is_no_image() {
        assert!(matches!(
            sources_from("http://archive.example/ubuntu/\n"),
            Err(LabError::NoMirror)
        ));
    }
}

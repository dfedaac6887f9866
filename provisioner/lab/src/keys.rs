use camino::Utf8Path;
use fs_err as fs;

use crate::command::run;
use crate::{LabDefinition, LabError, Paths};

/// A host's SSH key pair, as the two files of ssh-keygen(1).
pub(crate) struct HostKey {
    pub(crate) private: String,
    pub(crate) public: String,
}

/// The public keys that open the hosts of a lab; the lab's own pair is made if it is not there.
pub(crate) async fn authorized_keys(
    paths: &Paths,
    lab: &LabDefinition,
) -> Result<String, LabError> {
    let own = pair(&paths.private_key(&lab.name), &format!("lab {}", lab.name)).await?;
    let lines = lab.authorized_keys.iter().map(|key| key.trim());
    Ok(lines.fold(own.public, |all, line| all + line + "\n"))
}

/// The key pair of a host, made if it is not there. It lies on the host's disk, so that it is gone
/// when the host is.
pub(crate) async fn host_key(paths: &Paths, lab: &str, host: &str) -> Result<HostKey, LabError> {
    pair(&paths.disk(lab, host).join("host_key"), &format!("root@{host}")).await
}

/// Writes the file that lets `ssh` check the keys of the hosts.
pub(crate) async fn write_known_hosts(paths: &Paths, lab: &LabDefinition) -> Result<(), LabError> {
    let mut lines = Vec::new();
    for host in &lab.hosts {
        let key = host_key(paths, &lab.name, &host.name).await?;
        // Kind and key, without the comment.
        let words: Vec<_> = key.public.split_whitespace().take(2).collect();
        lines.push(format!("{},{} {}\n", host.name, host.address, words.join(" ")));
    }
    Ok(fs::write(paths.known_hosts(&lab.name), lines.concat())?)
}

async fn pair(path: &Utf8Path, comment: &str) -> Result<HostKey, LabError> {
    if !path.exists() {
        let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path.as_str()];
        run("ssh-keygen", &arguments).await?;
    }
    let public = fs::read_to_string(format!("{path}.pub"))?;
    Ok(HostKey { private: fs::read_to_string(path)?, public })
}

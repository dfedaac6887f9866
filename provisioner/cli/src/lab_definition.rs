use camino::{Utf8Path, Utf8PathBuf};
use provisioner_lab::{LabDefinition, LabHost, Paths};
use provisioner_spec::{Cluster, Host};

use crate::environment::{Environment, EnvironmentError};

/// The lab of a cluster: its name and its hosts, opened also by the keys that the spec names.
pub(crate) fn definition(
    cluster: &Cluster,
    environment: &Environment,
) -> Result<LabDefinition, EnvironmentError> {
    let host = |host: &Host| LabHost { name: host.name.clone(), address: host.address };
    let mut authorized_keys = Vec::new();
    for ssh in std::iter::once(&cluster.hosts.ssh).chain(cluster.all_hosts().map(|one| &one.ssh)) {
        if let Some(key) = &ssh.private_key {
            authorized_keys.extend(public_key(&environment.expand(key)?));
        }
    }
    authorized_keys.sort();
    authorized_keys.dedup();
    Ok(LabDefinition {
        name: cluster.name.clone(),
        hosts: cluster.all_hosts().map(host).collect(),
        authorized_keys,
    })
}

/// The public half of a key as ssh-keygen(1) leaves it beside the private one. The lab's own does
/// not exist before the lab.
fn public_key(private: &Utf8Path) -> Option<String> {
    let text = fs_err::read_to_string(format!("{private}.pub")).ok()?;
    Some(text.trim().to_owned()).filter(|key| !key.is_empty())
}

pub(crate) fn paths(environment: &Environment) -> Result<Paths, EnvironmentError> {
    environment.cache().map(Paths::new)
}

/// The keys of the hosts, if the cluster's hosts are those of a lab on this machine.
pub(crate) fn known_hosts(
    cluster: &Cluster,
    environment: &Environment,
) -> Result<Option<Utf8PathBuf>, EnvironmentError> {
    let file = paths(environment)?.known_hosts(&cluster.name);
    // Each line begins with the name and the address of a host.
    let Ok(text) = fs_err::read_to_string(&file) else { return Ok(None) };
    let knows = |host: &Host| {
        let names = format!("{},{} ", host.name, host.address);
        text.lines().any(|line| line.starts_with(&names))
    };
    Ok(cluster.all_hosts().all(knows).then_some(file))
}

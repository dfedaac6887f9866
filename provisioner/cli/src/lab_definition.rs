use camino::{Utf8Path, Utf8PathBuf};
use provisioner_lab::{LabDefinition, LabHost, Paths, System};
use provisioner_spec::{Cluster, Host};

use crate::environment::{Environment, EnvironmentError};

/// The lab of a cluster: its name and its hosts, opened also by the keys that the spec names.
pub(crate) fn definition(
    cluster: &Cluster,
    system: System,
    environment: &Environment,
) -> Result<LabDefinition, EnvironmentError> {
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
        system,
        hosts: cluster.all_hosts().map(LabHost::from).collect(),
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SPEC: &str = "\
apiVersion: provisioner.dev/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  kubernetes: {version: 1.36.2}
  network: {plugin: bridge}
  hosts:
    ssh: {privateKey: ~/key}
    controlPlane: [{name: m1, address: 10.0.0.11}]
    workers: [{name: w1, address: 10.0.0.21}]
";

    #[test]
    fn a_lab_has_the_hosts_of_the_spec_and_admits_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let home = Utf8Path::from_path(folder.path()).unwrap();
        let environment = Environment::with_home(home);
        let cluster = provisioner_spec::parse(SPEC, "spec").unwrap();
        assert!(
            definition(&cluster, System::Debian, &environment).unwrap().authorized_keys.is_empty()
        );
        std::fs::write(home.join("key.pub"), "ssh-ed25519 AAAA me\n").unwrap();
        let lab = definition(&cluster, System::Debian, &environment).unwrap();
        assert_eq!(lab.authorized_keys, ["ssh-ed25519 AAAA me"]);
        let hosts: Vec<_> = lab.hosts.iter().map(|host| host.name.as_str()).collect();
        assert_eq!((lab.name.as_str(), hosts), ("prod", vec!["m1", "w1"]));
    }

    #[test]
    fn the_keys_of_a_lab_count_only_for_its_own_hosts() {
        let folder = tempfile::tempdir().unwrap();
        let home = Utf8Path::from_path(folder.path()).unwrap();
        let environment = Environment::with_home(home);
        let cluster = provisioner_spec::parse(SPEC, "spec").unwrap();
        let found = || known_hosts(&cluster, &environment).unwrap();
        assert_eq!(found(), None);
        let file = paths(&environment).unwrap().known_hosts("prod");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "m1,10.0.0.11 ssh-ed25519 A\nw1,10.0.0.99 ssh-ed25519 B\n").unwrap();
        assert_eq!(found(), None, "another address");
        std::fs::write(&file, "m1,10.0.0.11 ssh-ed25519 A\nw1,10.0.0.21 ssh-ed25519 B\n").unwrap();
        assert_eq!(found(), Some(file));
    }
}

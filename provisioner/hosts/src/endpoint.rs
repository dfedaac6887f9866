//! A host of the spec as an SSH endpoint: the spec first, then `~/.ssh/config`, then defaults.

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_spec::{Bastion, Host, SecretSource};
use provisioner_ssh::ssh_config::{Surroundings, endpoint};
use provisioner_ssh::{Endpoint, Options};

use crate::Access;

/// Identity files that OpenSSH tries when none is named (ssh_config(5)), of the kinds it makes today.
const DEFAULT_IDENTITIES: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];

impl Access {
    pub(crate) fn endpoint(&self, host: &Host) -> Endpoint {
        let ssh = &host.ssh;
        let mut endpoint = self.described(&host.name, &host.address.to_string());
        endpoint.name.clone_from(&host.name);
        let login = Login {
            user: ssh.user.as_deref(),
            port: ssh.port,
            key: ssh.private_key.as_deref(),
            passphrase: ssh.passphrase.as_ref(),
            password: ssh.password.as_ref(),
        };
        self.apply(&mut endpoint, &login, provisioner_spec::DEFAULT_USER);
        if let Some(bastion) = &ssh.bastion {
            endpoint.via = Some(Box::new(self.bastion(bastion)));
        }
        endpoint
    }

    pub(crate) fn ssh_options(&self) -> Options {
        Options {
            known_hosts: self.known_hosts.clone(),
            host_keys: self.host_keys.clone(),
            ..Options::default()
        }
    }

    fn bastion(&self, bastion: &Bastion) -> Endpoint {
        let mut endpoint = self.described(&bastion.address, &bastion.address);
        let login = Login {
            user: bastion.user.as_deref(),
            port: bastion.port,
            key: bastion.private_key.as_deref(),
            passphrase: bastion.passphrase.as_ref(),
            password: bastion.password.as_ref(),
        };
        self.apply(&mut endpoint, &login, &self.user);
        if let Some(next) = &bastion.bastion {
            endpoint.via = Some(Box::new(self.bastion(next)));
        }
        endpoint
    }

    /// What `~/.ssh/config` says of the host, by its name in the spec or by its address.
    fn described(&self, name: &str, address: &str) -> Endpoint {
        let surroundings = Surroundings { home: &self.home, user: "" };
        let config = self.ssh_config.as_deref().unwrap_or_default();
        let mut endpoint = endpoint(config, address, surroundings);
        if name != address {
            let by_name = provisioner_ssh::ssh_config::endpoint(config, name, surroundings);
            // Its address in the spec stays; all else of a named entry counts.
            if by_name.host != name || !by_name.identity_files.is_empty() || by_name.via.is_some() {
                endpoint = Endpoint { host: endpoint.host, ..by_name };
            }
        }
        endpoint
    }

    fn apply(&self, endpoint: &mut Endpoint, login: &Login<'_>, default_user: &str) {
        if let Some(user) = login.user {
            user.clone_into(&mut endpoint.user);
        } else if endpoint.user.is_empty() {
            default_user.clone_into(&mut endpoint.user);
        }
        if let Some(port) = login.port {
            endpoint.port = port;
        }
        if let Some(key) = login.key {
            endpoint.identity_files = vec![self.at_home(key)];
        } else if endpoint.identity_files.is_empty() {
            let folder = self.home.join(".ssh");
            let there = DEFAULT_IDENTITIES.iter().map(|name| folder.join(name));
            endpoint.identity_files = there.filter(|path| path.exists()).collect();
        }
        endpoint.passphrase = self.secrets.get(login.passphrase);
        endpoint.password = self.secrets.get(login.password);
        if endpoint.agent.is_none() {
            endpoint.agent.clone_from(&self.agent);
        }
    }

    fn at_home(&self, path: &Utf8Path) -> Utf8PathBuf {
        path.strip_prefix("~").map_or_else(|_| path.to_owned(), |rest| self.home.join(rest))
    }
}

/// What the spec says of logging in, for a host or a bastion.
struct Login<'a> {
    user: Option<&'a str>,
    port: Option<u16>,
    key: Option<&'a Utf8Path>,
    passphrase: Option<&'a SecretSource>,
    password: Option<&'a SecretSource>,
}

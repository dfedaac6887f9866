//! A host of the spec as an SSH endpoint: the spec first, then `~/.ssh/config`, then defaults.

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_spec::{Bastion, DEFAULT_USER, Host, SecretSource};
use provisioner_ssh::ssh_config::{Surroundings, endpoint, resolve};
use provisioner_ssh::{Endpoint, Options};

use crate::Access;

/// Identity files that OpenSSH tries when none is named (`ssh_config(5)`), of the kinds it makes today.
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
        self.apply(&mut endpoint, &login, DEFAULT_USER);
        if let Some(bastion) = &ssh.bastion {
            behind(&mut endpoint, self.bastion(bastion));
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
        self.apply(&mut endpoint, &login, DEFAULT_USER);
        if let Some(next) = &bastion.bastion {
            behind(&mut endpoint, self.bastion(next));
        }
        endpoint
    }

    /// What `~/.ssh/config` says of the host: by its name in the spec if an entry is meant for that,
    /// else by its address. Its address in the spec stays.
    fn described(&self, name: &str, address: &str) -> Endpoint {
        let surroundings = Surroundings { home: &self.home, user: "" };
        let config = &self.ssh_config;
        let by_address = endpoint(config, address, surroundings);
        // What is said of all hosts is said of one without a name as well.
        let is_meant = resolve(config, name, surroundings) != resolve(config, "", surroundings);
        if name == address || !is_meant {
            return by_address;
        }
        Endpoint { host: by_address.host, ..endpoint(config, name, surroundings) }
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
        }
        endpoint.passphrase = self.secrets.get(login.passphrase);
        endpoint.password = self.secrets.get(login.password);
        self.complete(endpoint);
        let passphrase = endpoint.passphrase.clone();
        let mut hop = endpoint.via.as_deref_mut();
        while let Some(bastion) = hop {
            if bastion.user.is_empty() {
                bastion.user.clone_from(&self.user);
            }
            // It opens key files here; a password would be told to the bastion.
            bastion.passphrase.clone_from(&passphrase);
            self.complete(bastion);
            hop = bastion.via.as_deref_mut();
        }
    }

    /// Where nothing was said of keys: OpenSSH's own, and the agent.
    fn complete(&self, endpoint: &mut Endpoint) {
        if endpoint.identity_files.is_empty() {
            let folder = self.home.join(".ssh");
            let there = DEFAULT_IDENTITIES.iter().map(|name| folder.join(name));
            endpoint.identity_files = there.filter(|path| path.exists()).collect();
        }
        if endpoint.agent.is_none() {
            endpoint.agent.clone_from(&self.agent);
        }
    }

    fn at_home(&self, path: &Utf8Path) -> Utf8PathBuf {
        path.strip_prefix("~").map_or_else(|_| path.to_owned(), |rest| self.home.join(rest))
    }
}

/// The spec's bastion is the way, whatever the user's configuration says of one.
fn behind(endpoint: &mut Endpoint, bastion: Endpoint) {
    endpoint.via = Some(Box::new(bastion));
    endpoint.proxy_command = None;
}

/// What the spec says of logging in, for a host or a bastion.
struct Login<'a> {
    user: Option<&'a str>,
    port: Option<u16>,
    key: Option<&'a Utf8Path>,
    passphrase: Option<&'a SecretSource>,
    password: Option<&'a SecretSource>,
}

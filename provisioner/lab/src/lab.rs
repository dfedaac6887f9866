use std::process::Output;

use camino::Utf8PathBuf;

use crate::command::{capture, command};
use crate::record::Record;
use crate::{LabDefinition, LabError, LabHost, Paths, host, init, link, power, requirements};

/// A lab that exists, as a handle to its hosts: what tests need to make them fail.
#[derive(Clone, Debug)]
pub struct Lab {
    pub(crate) paths: Paths,
    pub(crate) record: Record,
}

impl Lab {
    /// The lab of that name.
    ///
    /// # Errors
    /// When there is none, or not root.
    pub fn open(name: &str, paths: &Paths) -> Result<Self, LabError> {
        requirements::require_root()?;
        let record = Record::read(paths, name)?;
        let record = record.ok_or_else(|| LabError::UnknownLab { name: name.to_owned() })?;
        Ok(Self { paths: paths.clone(), record })
    }

    pub fn definition(&self) -> &LabDefinition {
        &self.record.definition
    }

    pub fn name(&self) -> &str {
        &self.record.definition.name
    }

    /// The private key that opens every host.
    pub fn private_key(&self) -> Utf8PathBuf {
        self.paths.private_key(self.name())
    }

    /// The hosts' public keys, in the format of OpenSSH's `known_hosts`.
    pub fn known_hosts(&self) -> Utf8PathBuf {
        self.paths.known_hosts(self.name())
    }

    /// Pulls the plug: every process of the host ends at once. What it wrote stays. Does nothing to
    /// a host that is off.
    ///
    /// # Errors
    /// When there is no such host.
    pub async fn power_off(&self, host: &str) -> Result<(), LabError> {
        power::power_off(self, self.host(host)?).await
    }

    /// Shuts the host down in order, and waits until it is off.
    ///
    /// # Errors
    /// When it is not running, or not off after two minutes.
    pub async fn shutdown(&self, host: &str) -> Result<(), LabError> {
        power::shutdown(self, self.host(host)?).await
    }

    /// Switches a host on that is off, and waits for its sshd. Does nothing to one that is running.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(&self, host: &str) -> Result<(), LabError> {
        host::switch_on(self, self.host(host)?).await
    }

    /// Reboots a host in order, and waits for its sshd.
    ///
    /// # Errors
    /// When it is not running, or does not come back.
    pub async fn reboot(&self, host: &str) -> Result<(), LabError> {
        power::reboot(self, self.host(host)?).await
    }

    /// Takes the host off the network without its noticing: its switch port drops every packet.
    /// Until [`Self::restore`], or the host's next start.
    ///
    /// # Errors
    /// When it is not running.
    pub async fn cut(&self, host: &str) -> Result<(), LabError> {
        link::set(self, self.host(host)?, link::Port::Disabled).await
    }

    /// Undoes [`Self::cut`].
    ///
    /// # Errors
    /// When the host is not running.
    pub async fn restore(&self, host: &str) -> Result<(), LabError> {
        link::set(self, self.host(host)?, link::Port::Forwarding).await
    }

    /// Runs a shell command on the host as root, without network or SSH.
    ///
    /// # Errors
    /// When the host is not running. A command that fails is no error: its status says so.
    pub async fn shell(&self, host: &str, script: &str) -> Result<Output, LabError> {
        let process = self.running(self.host(host)?)?.to_string();
        let mut nsenter = command("nsenter");
        nsenter.args(["--target", &process, "--all", "--wdns=/root", "sh", "-c", script]);
        // Not that of whoever asks: there may be no such folder.
        nsenter.env("HOME", "/root");
        capture(nsenter, "").await
    }

    /// The host's process 1, as this machine numbers it: the way into its namespaces.
    ///
    /// # Errors
    /// When the host is not running.
    pub fn process(&self, host: &str) -> Result<u32, LabError> {
        self.running(self.host(host)?)
    }

    pub(crate) fn host(&self, name: &str) -> Result<&LabHost, LabError> {
        let mut hosts = self.definition().hosts.iter();
        hosts.find(|host| host.name == name).ok_or_else(|| LabError::UnknownHost {
            lab: self.name().to_owned(),
            host: name.to_owned(),
        })
    }

    /// The host's process 1, as this machine numbers it.
    pub(crate) fn running(&self, host: &LabHost) -> Result<u32, LabError> {
        init::init_process(self.name(), &host.name)?
            .ok_or_else(|| LabError::NotRunning { host: host.name.clone() })
    }
}

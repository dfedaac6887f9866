use std::net::IpAddr;

use camino::Utf8PathBuf;
use ipnet::{IpNet, Ipv4Net};

use crate::System;

/// Everything that keeps a lab from being made, run or removed.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    #[error("make a lab: it needs root")]
    NotRoot,
    #[error("make a lab: {} not found on this machine", .tools.join(", "))]
    ToolsMissing { tools: Vec<&'static str>, packages: Vec<&'static str> },
    #[error("make a lab: no cgroup hierarchy is mounted below /sys/fs/cgroup")]
    NoCgroups,
    #[error(
        "use `{name}` as a {what}'s name: only a-z, 0-9 and `-` inside, at most {max} characters"
    )]
    InvalidName { what: &'static str, name: String, max: usize },
    #[error("make a lab without hosts")]
    NoHosts,
    #[error("give host {host} the address {address}: a lab's hosts have IPv4 addresses")]
    NotIpv4 { host: String, address: IpAddr },
    #[error("give host {host} the second address {address}: that of a lab's hosts is IPv6")]
    NotIpv6 { host: String, address: IpAddr },
    #[error("give host {host} the address {address}: the lab's network is {network}")]
    OutsideNetwork { host: String, address: IpAddr, network: IpNet },
    #[error("give host {host} the address {address}: {reason}")]
    ReservedAddress { host: String, address: IpAddr, reason: &'static str },
    #[error("make two hosts with the same {what}: {value}")]
    Duplicate { what: &'static str, value: String },
    #[error("use the network {network}: it overlaps {other}, in use on {device}")]
    NetworkInUse { network: IpNet, other: IpNet, device: String },
    #[error("change the network of the running lab `{name}` from {before} to {after}")]
    NetworkChanged { name: String, before: Ipv4Net, after: Ipv4Net },
    #[error("change the system of the running lab `{name}` from {before} to {after}")]
    SystemChanged { name: String, before: System, after: System },
    #[error("verify {url}: its SHA-256 is {found}, not {wanted}")]
    Keyring { url: String, found: String, wanted: &'static str },
    #[error("find a Debian mirror in apt's sources of this machine")]
    NoMirror,
    #[error("find a name server that the hosts can reach in {}", .searched.join(" or "))]
    NoNameServer { searched: Vec<&'static str> },
    #[error("run `{command}`: {output}")]
    Command { command: String, output: String },
    #[error("start `{command}`: {source}")]
    Spawn { command: String, source: std::io::Error },
    #[error("understand the output of `{command}`: {source}")]
    Output { command: &'static str, source: serde_json::Error },
    // fs_err begins with these words too.
    #[error("{}", .0.to_string().trim_start_matches("failed to "))]
    Io(#[from] std::io::Error),
    #[error("read {path}: {source}")]
    Record { path: Utf8PathBuf, source: serde_json::Error },
    #[error("find a lab named `{name}`")]
    UnknownLab { name: String },
    #[error("find a host named `{host}` in lab `{lab}`")]
    UnknownHost { lab: String, host: String },
    #[error("reach host {host}: it is not running")]
    NotRunning { host: String },
    #[error("start host {host}: it stopped while booting; its console ended with:\n{console}")]
    Died { host: String, console: String },
    #[error(
        "start host {host}: no answer from its sshd after {seconds} s; its console ended with:\n{console}"
    )]
    NotReady { host: String, seconds: u64, console: String },
    #[error("stop {what}: still running after {seconds} s")]
    NotStopped { what: String, seconds: u64 },
}

impl LabError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotRoot => "run it as root, for instance with sudo".to_owned(),
            Self::ToolsMissing { packages, .. } => {
                format!("apt-get install --no-install-recommends {}", packages.join(" "))
            }
            Self::NoCgroups => "mount the cgroup file systems, or run on a machine that has them \
                                (in a container: with --privileged)"
                .to_owned(),
            Self::NetworkInUse { .. } => {
                "give the hosts addresses of another network in the spec".to_owned()
            }
            Self::NetworkChanged { .. } | Self::SystemChanged { .. } => {
                "run `lab down` first".to_owned()
            }
            Self::NoMirror => {
                "the image is made from the Debian mirror in /etc/apt/sources.list or \
                               sources.list.d: name one there"
                    .to_owned()
            }
            Self::NoNameServer { .. } => {
                "name one in /etc/resolv.conf that is not a loopback address".to_owned()
            }
            Self::UnknownLab { .. } => "run `lab up` first".to_owned(),
            _ => return None,
        };
        Some(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fs_err_says_reads_on_after_failed_to() {
        let error = LabError::from(fs_err::remove_dir_all("/no/such/folder").unwrap_err());
        assert!(error.to_string().starts_with("remove directory"), "{error}");
    }
}

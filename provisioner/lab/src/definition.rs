use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use provisioner_spec::{Cluster, Host};
use serde::{Deserialize, Serialize};

use crate::{LabError, System};

/// A lab's name becomes part of names of network interfaces, cgroups and tables.
const LAB_NAME_MAX: usize = 40;
/// hostname(7).
const HOST_NAME_MAX: usize = 63;
const PREFIX: u8 = 24;
const PREFIX_V6: u8 = 64;

/// What a lab consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabDefinition {
    pub name: String,
    #[serde(default)]
    pub system: System,
    pub hosts: Vec<LabHost>,
    /// Public keys that open the hosts besides the lab's own, as lines of `authorized_keys`.
    #[serde(default)]
    pub authorized_keys: Vec<String>,
}

/// One host: a name and an address on the lab's network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabHost {
    pub name: String,
    pub address: IpAddr,
    /// Its IPv6 address, if the hosts have any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secondary_address: Option<IpAddr>,
}

impl From<&Host> for LabHost {
    fn from(host: &Host) -> Self {
        Self {
            name: host.name.clone(),
            address: host.address,
            secondary_address: host.secondary_address,
        }
    }
}

impl From<&Cluster> for LabDefinition {
    /// The hosts that a cluster spec names, in a lab with the cluster's name.
    fn from(cluster: &Cluster) -> Self {
        Self {
            name: cluster.name.clone(),
            system: System::default(),
            hosts: cluster.all_hosts().map(LabHost::from).collect(),
            authorized_keys: Vec::new(),
        }
    }
}

impl LabDefinition {
    /// The network of the lab: the /24 that the first host lies in.
    ///
    /// # Errors
    /// When there is no host, or its address is not IPv4.
    pub fn network(&self) -> Result<Ipv4Net, LabError> {
        let first = self.hosts.first().ok_or(LabError::NoHosts)?;
        Ok(Ipv4Net::new_assert(first.ipv4()?, PREFIX).trunc())
    }

    /// The machine's own address on that network, which is the hosts' default route.
    ///
    /// # Errors
    /// As [`Self::network`].
    pub fn gateway(&self) -> Result<Ipv4Addr, LabError> {
        Ok(gateway(self.network()?))
    }

    /// Its IPv6 network, where hosts have such addresses: the /64 that the first of them lies in.
    ///
    /// # Errors
    /// When a host's second address is not IPv6.
    pub fn ipv6_network(&self) -> Result<Option<Ipv6Net>, LabError> {
        let first = self.hosts.iter().find_map(|host| host.ipv6().transpose()).transpose()?;
        Ok(first.map(|address| Ipv6Net::new_assert(address, PREFIX_V6).trunc()))
    }

    /// # Errors
    /// The first thing about the definition that cannot become a lab.
    pub(crate) fn check(&self) -> Result<(), LabError> {
        check_lab_name(&self.name)?;
        let (network, ipv6_network) = (self.network()?, self.ipv6_network()?);
        let mut seen = BTreeSet::new();
        for host in &self.hosts {
            check_host_name(&host.name)?;
            host.check_address(network)?;
            host.check_ipv6(ipv6_network)?;
            let named = [("name", host.name.clone()), ("address", host.address.to_string())];
            let second = host.secondary_address.map(|second| ("address", second.to_string()));
            for (what, value) in named.into_iter().chain(second) {
                if !seen.insert(value.clone()) {
                    return Err(LabError::Duplicate { what, value });
                }
            }
        }
        Ok(())
    }
}

impl LabHost {
    pub(crate) fn ipv4(&self) -> Result<Ipv4Addr, LabError> {
        match self.address {
            IpAddr::V4(address) => Ok(address),
            IpAddr::V6(_) => {
                Err(LabError::NotIpv4 { host: self.name.clone(), address: self.address })
            }
        }
    }

    pub(crate) fn ipv6(&self) -> Result<Option<Ipv6Addr>, LabError> {
        match self.secondary_address {
            None => Ok(None),
            Some(IpAddr::V6(address)) => Ok(Some(address)),
            Some(address @ IpAddr::V4(_)) => {
                Err(LabError::NotIpv6 { host: self.name.clone(), address })
            }
        }
    }

    fn check_ipv6(&self, network: Option<Ipv6Net>) -> Result<(), LabError> {
        let (Some(ipv6), Some(network)) = (self.ipv6()?, network) else { return Ok(()) };
        let (host, address) = (self.name.clone(), IpAddr::V6(ipv6));
        let reason = match ipv6 {
            _ if !network.contains(&ipv6) => {
                return Err(LabError::OutsideNetwork { host, address, network: network.into() });
            }
            _ if ipv6 == ipv6_gateway(network) => "it is the lab's gateway",
            _ if ipv6 == network.network() => "it is the network's own",
            _ => return Ok(()),
        };
        Err(LabError::ReservedAddress { host, address, reason })
    }

    fn check_address(&self, network: Ipv4Net) -> Result<(), LabError> {
        let (host, address) = (self.name.clone(), self.address);
        let ipv4 = self.ipv4()?;
        let reason = match ipv4 {
            _ if !network.contains(&ipv4) => {
                return Err(LabError::OutsideNetwork { host, address, network: network.into() });
            }
            _ if ipv4 == gateway(network) => "it is the lab's gateway",
            _ if ipv4 == network.network() => "it is the network's own",
            _ if ipv4 == network.broadcast() => "it is the network's broadcast address",
            _ => return Ok(()),
        };
        Err(LabError::ReservedAddress { host, address, reason })
    }
}

/// The first address of the network.
fn gateway(network: Ipv4Net) -> Ipv4Addr {
    network.hosts().next().unwrap_or(network.addr())
}

/// The same in IPv6.
pub(crate) fn ipv6_gateway(network: Ipv6Net) -> Ipv6Addr {
    Ipv6Addr::from(u128::from(network.network()) + 1)
}

pub(crate) fn check_lab_name(name: &str) -> Result<(), LabError> {
    check_name("lab", name, LAB_NAME_MAX)
}

/// A label of a domain name (RFC 1123), in lower case.
fn check_name(what: &'static str, name: &str, max: usize) -> Result<(), LabError> {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let dash_at_an_end = name.starts_with('-') || name.ends_with('-');
    if name.is_empty() || name.len() > max || dash_at_an_end || !name.bytes().all(inside) {
        return Err(LabError::InvalidName { what, name: name.to_owned(), max });
    }
    Ok(())
}

/// Such labels, separated by dots.
fn check_host_name(name: &str) -> Result<(), LabError> {
    let is_label = |label| check_name("host", label, HOST_NAME_MAX).is_ok();
    if name.len() <= HOST_NAME_MAX && name.split('.').all(is_label) {
        return Ok(());
    }
    Err(LabError::InvalidName { what: "host", name: name.to_owned(), max: HOST_NAME_MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(name: &str, hosts: &[(&str, &str)]) -> LabDefinition {
        let host = |(name, address): &(&str, &str)| LabHost {
            name: (*name).to_owned(),
            address: address.parse().expect("an address"),
            secondary_address: None,
        };
        LabDefinition {
            name: name.to_owned(),
            system: System::default(),
            hosts: hosts.iter().map(host).collect(),
            authorized_keys: Vec::new(),
        }
    }

    #[test]
    fn a_lab_has_the_hosts_of_a_cluster() {
        let spec = include_str!("../../../cluster-specs/lab.yaml");
        let cluster = provisioner_spec::parse(spec, "lab.yaml").expect("a spec");
        let lab = LabDefinition::from(&cluster);
        let hosts = lab.hosts.iter().map(|host| format!("{} {}", host.name, host.address));
        insta::assert_snapshot!(
            hosts.collect::<Vec<_>>().join(", "),
            @"m1 172.30.0.11, m2 172.30.0.12, m3 172.30.0.13, w1 172.30.0.21, w2 172.30.0.22, e1 172.30.0.31"
        );
        assert_eq!(lab.name, cluster.name);
        assert!(lab.check().is_ok());
    }

    #[test]
    fn the_network_follows_from_the_hosts() {
        let lab = definition("lab", &[("m1", "172.30.0.11"), ("m2", "172.30.0.12")]);
        assert!(lab.check().is_ok());
        assert_eq!(lab.network().expect("a network").to_string(), "172.30.0.0/24");
        assert_eq!(lab.gateway().expect("a gateway").to_string(), "172.30.0.1");
    }

    #[test]
    fn hosts_may_have_ipv6_addresses_too() {
        let with = |addresses: &[&str]| {
            let mut lab = definition("lab", &[("m1", "172.30.0.11"), ("m2", "172.30.0.12")]);
            for (host, address) in lab.hosts.iter_mut().zip(addresses) {
                host.secondary_address = Some(address.parse().expect("an address"));
            }
            lab
        };
        assert_eq!(with(&[]).ipv6_network().expect("none"), None);
        let lab = with(&["fd00:30::11", "fd00:30::12"]);
        assert!(lab.check().is_ok());
        let network = lab.ipv6_network().expect("a network").expect("a network");
        assert_eq!(network.to_string(), "fd00:30::/64");
        assert_eq!(ipv6_gateway(network).to_string(), "fd00:30::1");
        let wrong = [
            ["172.30.0.21", "fd00:30::12"],
            ["fd00:30::11", "fd00:31::12"],
            ["fd00:30::11", "fd00:30::1"],
            ["fd00:30::11", "fd00:30::11"],
        ];
        let errors = wrong.map(|case| with(&case).check().expect_err("refused").to_string());
        insta::assert_snapshot!(errors.join("\n"));
    }

    #[test]
    fn what_cannot_become_a_lab_is_refused() {
        let cases = [
            definition("lab", &[]),
            definition("Lab", &[("m1", "172.30.0.11")]),
            definition("../lab", &[("m1", "172.30.0.11")]),
            definition("lab", &[("m1;reboot", "172.30.0.11")]),
            definition("lab", &[("-m1", "172.30.0.11")]),
            definition("lab", &[("m1..example", "172.30.0.11")]),
            definition("lab", &[("m1", "fd00::11")]),
            definition("lab", &[("m1", "172.30.0.11"), ("m2", "172.30.1.12")]),
            definition("lab", &[("m1", "172.30.0.1")]),
            definition("lab", &[("m1", "172.30.0.255")]),
            definition("lab", &[("m1", "172.30.0.0")]),
            definition("lab", &[("m1", "172.30.0.11"), ("m1", "172.30.0.12")]),
            definition("lab", &[("m1", "172.30.0.11"), ("m2", "172.30.0.11")]),
        ];
        let errors = cases.map(|case| case.check().expect_err("refused").to_string());
        insta::assert_snapshot!(errors.join("\n"));
    }
}

use super::cursor::Cursor;
use crate::{
    diagnostic::{Fault, shown},
    model::{Cidrs, Dns, Network, NetworkPlugin, Proxy, ProxyMode},
    syntax,
};
use ipnet::{IpNet, Ipv4Net};
use semver::Version;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const POD_CIDR: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(10, 244, 0, 0), 16);
const SERVICE_CIDR: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(10, 96, 0, 0), 12);

/// From this minor version on, kube-proxy's nftables mode is generally available (KEP-3866).
const NFTABLES_IS_STABLE: u64 = 33;

pub(super) fn network(at: &Cursor<'_>, version: Option<&Version>) -> Network {
    at.map(|fields| {
        let default = |range: Ipv4Net| Cidrs::from(IpNet::from(range));
        let service_cidr =
            fields.optional("serviceCidr", cidrs).unwrap_or_else(|| default(SERVICE_CIDR));
        Network {
            pod_cidr: fields.optional("podCidr", cidrs).unwrap_or_else(|| default(POD_CIDR)),
            service_cidr,
            plugin: fields.optional("plugin", plugin).unwrap_or(NetworkPlugin::Calico),
            proxy: fields.section("proxy", |at| proxy(at, version)),
            dns: fields.section("dns", |at| dns(at, service_cidr.primary)),
        }
    })
}

pub(super) fn cidr(at: &Cursor<'_>) -> Option<IpNet> {
    at.valid("invalid-range", "range of addresses", syntax::cidr)
}

fn cidrs(at: &Cursor<'_>) -> Option<Cidrs> {
    at.valid("invalid-range", "range of addresses", syntax::cidrs)
}

pub(super) fn address(at: &Cursor<'_>) -> Option<IpAddr> {
    at.valid("invalid-address", "address", syntax::address)
}

fn plugin(at: &Cursor<'_>) -> Option<NetworkPlugin> {
    at.choice(&[
        ("calico", NetworkPlugin::Calico),
        ("bridge", NetworkPlugin::Bridge),
        ("none", NetworkPlugin::None),
    ])
}

fn proxy(at: &Cursor<'_>, version: Option<&Version>) -> Proxy {
    let modes = [
        ("ipvs", ProxyMode::Ipvs),
        ("nftables", ProxyMode::Nftables),
        ("iptables", ProxyMode::Iptables),
    ];
    let default = match version {
        Some(version) if version.minor >= NFTABLES_IS_STABLE => ProxyMode::Nftables,
        _ => ProxyMode::Iptables,
    };
    at.map(|fields| Proxy {
        mode: fields.optional("mode", |at| at.choice(&modes)).unwrap_or(default),
    })
}

fn dns(at: &Cursor<'_>, service_cidr: IpNet) -> Dns {
    at.map(|fields| Dns {
        enabled: fields.optional("enabled", Cursor::boolean).unwrap_or(true),
        domain: fields
            .optional("domain", |at| at.valid("invalid-name", "domain", syntax::domain))
            .unwrap_or_else(|| "cluster.local".to_owned()),
        address: fields
            .optional("address", address)
            .unwrap_or_else(|| nth_address(service_cidr, 10)),
        stub_domains: fields.section("stubDomains", addresses_by_name),
        upstreams: fields.optional("upstreams", |at| Some(at.list(address))).unwrap_or_default(),
        hosts: fields.section("hosts", addresses_by_name),
        replicas: fields.optional("replicas", |at| u32::try_from(at.integer(1..=100)?).ok()),
        node_local: fields.optional("nodeLocal", Cursor::boolean).unwrap_or(false),
    })
}

/// Names of the domain name system, each with its addresses.
fn addresses_by_name(at: &Cursor<'_>) -> BTreeMap<String, Vec<IpAddr>> {
    let mut names = BTreeMap::new();
    for (name, addresses) in at.entries() {
        match syntax::domain(name) {
            Ok(name) => {
                names.insert(name, addresses.list(address));
            }
            Err(invalid) => addresses.fault_at_key(Fault::new(
                "invalid-name",
                format!("invalid domain `{}`", shown(name)),
                invalid.reason,
            )),
        }
    }
    names
}

/// The address so many steps behind the first of a range.
fn nth_address(range: IpNet, n: u32) -> IpAddr {
    match range.network() {
        IpAddr::V4(first) => Ipv4Addr::from(u32::from(first).saturating_add(n)).into(),
        IpAddr::V6(first) => Ipv6Addr::from(u128::from(first).saturating_add(n.into())).into(),
    }
}

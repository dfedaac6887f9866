use std::net::{IpAddr, Ipv4Addr};

use fs_err as fs;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;

use crate::command::{command, finish, run};
use crate::definition::ipv6_gateway;
use crate::{LabDefinition, LabError, forward, names};

const FORWARDING: &str = "/proc/sys/net/ipv4/ip_forward";

#[derive(Deserialize)]
struct Route {
    dst: String,
    #[serde(default)]
    dev: String,
}

/// Whether this machine forwards packets between its networks.
pub(crate) fn forwards() -> Result<bool, LabError> {
    Ok(fs::read_to_string(FORWARDING)?.trim() != "0")
}

pub(crate) fn set_forwarding(on: bool) -> Result<(), LabError> {
    Ok(fs::write(FORWARDING, if on { "1" } else { "0" })?)
}

/// Makes the bridge of a lab and the rules that let its hosts reach the outside.
pub(crate) async fn ensure(lab: &LabDefinition) -> Result<(), LabError> {
    let (network, bridge) = (lab.network()?, names::bridge(&lab.name));
    let ipv6 = lab.ipv6_network()?;
    for network in std::iter::once(IpNet::from(network)).chain(ipv6.map(IpNet::from)) {
        if let Some((other, device)) = overlap(network, &bridge).await? {
            return Err(LabError::NetworkInUse { network, other, device });
        }
    }
    let mut ip = command("ip");
    ip.args(["-batch", "-"]);
    let exists = exists(&bridge);
    finish(ip, &bridge_commands(&lab.name, lab.gateway()?, network, ipv6, exists)).await?;
    set_forwarding(true)?;
    let mut nft = command("nft");
    nft.args(["-f", "-"]);
    finish(nft, &rules(&lab.name, network)).await?;
    forward::accept(&lab.name).await
}

/// Removes bridge and rules, whichever are there.
pub(crate) async fn remove(lab: &str) -> Result<(), LabError> {
    forward::withdraw(lab).await?;
    let bridge = names::bridge(lab);
    if exists(&bridge) {
        remove_ports(&bridge).await?;
        run("ip", &["link", "delete", &bridge]).await?;
    }
    let table = names::table(lab);
    let tables = run("nft", &["list", "tables", "ip"]).await?;
    if tables.lines().any(|line| line.split(' ').nth(2) == Some(&table)) {
        run("nft", &["delete", "table", "ip", &table]).await?;
    }
    Ok(())
}

/// The kernel takes its time with the link of a host that is gone; hosts of the same names must not
/// find it in their way.
async fn remove_ports(bridge: &str) -> Result<(), LabError> {
    let folder = camino::Utf8Path::new("/sys/class/net").join(bridge).join("brif");
    for port in folder.read_dir_utf8()?.flatten() {
        let deleted = run("ip", &["link", "delete", port.file_name()]).await;
        if exists(port.file_name()) {
            deleted?;
        }
    }
    Ok(())
}

/// Whether this machine has a network interface of that name.
pub(crate) fn exists(interface: &str) -> bool {
    camino::Utf8Path::new("/sys/class/net").join(interface).exists()
}

/// Multicast goes to every port (VRRP), and a port forwards as soon as it is there.
fn bridge_commands(
    lab: &str,
    gateway: Ipv4Addr,
    network: Ipv4Net,
    ipv6: Option<Ipv6Net>,
    exists: bool,
) -> String {
    let (bridge, mac, prefix) = (names::bridge(lab), names::bridge_mac(lab), network.prefix_len());
    // Nobody else has it: there is no need to ask first, for as long as which it could not be used.
    let second = ipv6.map_or_else(String::new, |ipv6| {
        let (gateway, prefix) = (ipv6_gateway(ipv6), ipv6.prefix_len());
        format!("address replace {gateway}/{prefix} dev {bridge} nodad\n")
    });
    let add = if exists { String::new() } else { format!("link add {bridge} type bridge\n") };
    format!(
        "{add}\
         link set {bridge} address {mac} type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n\
         address replace {gateway}/{prefix} dev {bridge}\n\
         {second}\
         link set {bridge} up\n"
    )
}

/// Replaces the lab's table in one step.
///
/// Where bridged packets pass the machine's IP rules as well (`br_netfilter`), those that stay on the
/// bridge must not be translated: pods of one host talk to another host.
fn rules(lab: &str, network: Ipv4Net) -> String {
    let (table, bridge) = (names::table(lab), names::bridge(lab));
    format!(
        "add table ip {table}\n\
         delete table ip {table}\n\
         table ip {table} {{\n\
         \x20   chain postrouting {{\n\
         \x20       type nat hook postrouting priority srcnat; policy accept;\n\
         \x20       ip saddr {network} oifname != \"{bridge}\" masquerade\n\
         \x20   }}\n\
         }}\n"
    )
}

/// A network of this machine that the given one overlaps, on another interface than `bridge`.
async fn overlap(network: IpNet, bridge: &str) -> Result<Option<(IpNet, String)>, LabError> {
    let command = match network {
        IpNet::V4(_) => "ip -json -4 route show table all",
        IpNet::V6(_) => "ip -json -6 route show table all",
    };
    let json = run("ip", &command.split(' ').skip(1).collect::<Vec<_>>()).await?;
    let routes: Vec<Route> =
        serde_json::from_str(&json).map_err(|source| LabError::Output { command, source })?;
    Ok(overlapping(&routes, network, bridge))
}

fn overlapping(routes: &[Route], network: IpNet, bridge: &str) -> Option<(IpNet, String)> {
    routes.iter().filter(|route| route.dev != bridge).find_map(|route| {
        // Other than networks there are single addresses and `default`.
        let address = || route.dst.parse::<IpAddr>().map(IpNet::from).ok();
        let other = route.dst.parse::<IpNet>().ok().or_else(address)?;
        let overlaps = other.contains(&network) || network.contains(&other);
        (overlaps && other.prefix_len() > 0).then(|| (other, route.dev.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net<N: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> N {
        text.parse().expect("a network")
    }

    #[test]
    fn the_bridge() {
        let gateway = Ipv4Addr::new(172, 30, 0, 1);
        insta::assert_snapshot!(bridge_commands("lab", gateway, net("172.30.0.0/24"), None, false));
        let ipv6 = Some(net("fd00:30::/64"));
        let both = bridge_commands("lab", gateway, net("172.30.0.0/24"), ipv6, true);
        assert!(both.contains("\naddress replace fd00:30::1/64 dev pl-lab nodad\n"), "{both}");
    }

    #[test]
    fn the_rules() {
        insta::assert_snapshot!(rules("lab", net("172.30.0.0/24")));
    }

    #[test]
    fn a_network_in_use_is_noticed() {
        let route = |dst: &str, dev: &str| Route { dst: dst.to_owned(), dev: dev.to_owned() };
        let routes = [
            route("default", "eth0"),
            route("192.0.2.0/24", "eth0"),
            route("172.30.0.0/24", "pl-lab"),
            route("172.31.7.9", "tun0"),
        ];
        let found = |text: &str| overlapping(&routes, net(text), "pl-lab");
        assert_eq!(found("172.30.0.0/24"), None);
        assert_eq!(found("172.31.7.0/24"), Some((net("172.31.7.9/32"), "tun0".to_owned())));
        assert_eq!(found("192.0.0.0/16"), Some((net("192.0.2.0/24"), "eth0".to_owned())));
        let as_another = overlapping(&routes, net("172.30.0.0/24"), "pl-other");
        let (ipv6, found_in) =
            ([route("fd00:30::/64", "eth0"), route("default", "eth0")], net("fd00:30::/64"));
        assert_eq!(overlapping(&ipv6, found_in, "pl-lab"), Some((found_in, "eth0".to_owned())));
        assert_eq!(as_another, Some((net("172.30.0.0/24"), "pl-lab".to_owned())));
    }
}

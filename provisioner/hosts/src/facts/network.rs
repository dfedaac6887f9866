//! What `ip` and `ss` print, line by line.

use super::model::{Link, Process, Protocol, Route, Socket};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The word after `key` in a line of `ip -o`.
fn word_after<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.split_whitespace().skip_while(|word| *word != key).nth(1)
}

/// A link's name in `ip -o`: the peer's index or name after `@` is not part of it.
fn link_name(line: &str) -> Option<&str> {
    let name = line.split_whitespace().nth(1)?.trim_end_matches(':');
    Some(name.split_once('@').map_or(name, |(name, _)| name))
}

pub(super) fn link(line: &str) -> Option<Link> {
    let flags = line.split_whitespace().nth(2)?.trim_matches(['<', '>']);
    Some(Link {
        name: link_name(line)?.to_owned(),
        mac: word_after(line, "link/ether").map(str::to_lowercase),
        mtu: word_after(line, "mtu")?.parse().ok()?,
        up: flags.split(',').any(|flag| flag == "UP"),
        addresses: Vec::new(),
    })
}

pub(super) fn address(links: &mut [Link], line: &str) {
    let Some(name) = link_name(line) else { return };
    let Some(text) = word_after(line, "inet").or_else(|| word_after(line, "inet6")) else { return };
    // A peer-to-peer address has no prefix of its own.
    let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    if let (Ok(net), Some(link)) = (net, links.iter_mut().find(|link| link.name == name)) {
        link.addresses.push(net);
    }
}

pub(super) fn route(line: &str) -> Option<Route> {
    let via: Option<IpAddr> = word_after(line, "via").and_then(|address| address.parse().ok());
    // Every route has a preference in IPv6 (RFC 4191), and none in IPv4.
    let is_ipv6 =
        via.map_or_else(|| word_after(line, "pref").is_some(), |address| address.is_ipv6());
    Some(Route { is_ipv6, via, interface: word_after(line, "dev")?.to_owned() })
}

/// A line of `ss -Hlntup`, or `proc HEX:PORT` from /proc/net/tcp.
pub(super) fn socket(line: &str) -> Option<Socket> {
    let mut fields = line.split_whitespace();
    let protocol = match fields.next()? {
        "proc" => return proc_socket(fields.next()?),
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => return None,
    };
    let (address, port) = fields.nth(3)?.rsplit_once(':')?;
    let process = line.split_once("users:((").and_then(|(_, rest)| process(rest));
    Some(Socket { protocol, address: specific(address), port: port.parse().ok()?, process })
}

/// `"sshd",pid=1,fd=3),...`
fn process(text: &str) -> Option<Process> {
    let (name, rest) = text.strip_prefix('"')?.split_once('"')?;
    let digits: String =
        rest.strip_prefix(",pid=")?.chars().take_while(char::is_ascii_digit).collect();
    Some(Process { name: name.to_owned(), pid: digits.parse().ok()? })
}

/// `*`, `0.0.0.0` and `::` are every address; `%eth0` after one binds it to a link.
fn specific(address: &str) -> Option<IpAddr> {
    let address = address.split('%').next()?.trim_matches(['[', ']']);
    address.parse().ok().filter(|address: &IpAddr| !address.is_unspecified())
}

/// proc(5): the address in hexadecimal, every 32 bits of it in the machine's (little) byte order.
fn proc_socket(local: &str) -> Option<Socket> {
    let (hex, port) = local.split_once(':')?;
    let words: Vec<u32> = hex
        .as_bytes()
        .chunks(8)
        .map(|chunk| u32::from_str_radix(std::str::from_utf8(chunk).ok()?, 16).ok())
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let address: IpAddr = match bytes.len() {
        4 => Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).into(),
        16 => Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into(),
        _ => return None,
    };
    let port = u16::from_str_radix(port, 16).ok()?;
    let address = Some(address).filter(|address| !address.is_unspecified());
    Some(Socket { protocol: Protocol::Tcp, address, port, process: None })
}

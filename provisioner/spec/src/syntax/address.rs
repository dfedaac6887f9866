use super::Invalid;
use crate::model::Cidrs;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr};

/// An address that a host can have.
pub(crate) fn address(text: &str) -> Result<IpAddr, Invalid> {
    let address: IpAddr = text.parse().map_err(|_| not_an_address(text))?;
    let special = if address.is_unspecified() {
        "it stands for no address at all"
    } else if address.is_loopback() {
        "every host has this loopback address for itself"
    } else if address.is_multicast() {
        "this is a multicast address"
    } else if address == IpAddr::V4(Ipv4Addr::BROADCAST) {
        "this is the broadcast address"
    } else if is_link_local(address) {
        "a link-local address means another host on each link"
    } else {
        return Ok(address);
    };
    Err(Invalid::new(special))
}

/// A range of addresses, named by its first one.
pub(crate) fn cidr(text: &str) -> Result<IpNet, Invalid> {
    let Ok(range) = text.parse::<IpNet>() else {
        let invalid = Invalid::new("must be a range such as `10.244.0.0/16`");
        return Err(match text.parse::<IpAddr>() {
            Ok(_) => invalid.hint("the length of the prefix is missing, such as `/16`"),
            Err(_) => invalid,
        });
    };
    if range.trunc() != range {
        return Err(Invalid::new("the address has bits behind its prefix")
            .hint(format!("the range around it is `{}`", range.trunc())));
    }
    Ok(range)
}

/// A range of addresses, or one of each family, separated by a comma.
pub(crate) fn cidrs(text: &str) -> Result<Cidrs, Invalid> {
    let ranges = text.split(',').map(|range| cidr(range.trim())).collect::<Result<Vec<_>, _>>()?;
    match ranges[..] {
        [primary] => Ok(primary.into()),
        [primary, secondary] if primary.addr().is_ipv4() != secondary.addr().is_ipv4() => {
            Ok(Cidrs { primary, secondary: Some(secondary) })
        }
        [_, _] => Err(Invalid::new("both ranges are of one family")
            .hint("two are for dual stack: `10.244.0.0/16,fd00:10:244::/56`")),
        _ => Err(Invalid::new("must be one range, or one of each family")),
    }
}

fn not_an_address(text: &str) -> Invalid {
    let invalid = Invalid::new("must be an IPv4 or IPv6 address");
    if text.contains('/') {
        return invalid.hint("without the length of a prefix");
    }
    if text.parse::<std::net::SocketAddr>().is_ok() {
        return invalid.hint("without a port");
    }
    if text.chars().any(|c| c.is_ascii_alphabetic()) && !text.contains(':') {
        return invalid.hint("names are not looked up here: the cluster is built on addresses");
    }
    invalid
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

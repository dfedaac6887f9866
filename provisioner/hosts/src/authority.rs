//! `HOST:PORT` as it stands in a URL (RFC 3986, 3.2).

/// Host and port, an IPv6 address in brackets.
pub(crate) fn authority(address: &str, port: u16) -> String {
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}

/// That of a URL `https://HOST[:PORT][/]`.
pub(crate) fn authority_of(url: &str) -> String {
    let authority = url.trim_start_matches("https://").trim_end_matches('/');
    // A colon inside of brackets is part of an address.
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    let has_port = port.is_some_and(|port| port.parse::<u16>().is_ok());
    if has_port { authority.to_owned() } else { format!("{authority}:443") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_ipv6_stands_in_brackets() {
        assert_eq!(authority("10.0.0.1", 6443), "10.0.0.1:6443");
        assert_eq!(authority("fd00::1", 6443), "[fd00::1]:6443");
        for url in ["https://[fd00::1]:6443", "https://[fd00::1]:6443/"] {
            assert_eq!(authority_of(url), "[fd00::1]:6443");
        }
    }

    #[test]
    fn without_a_port_it_is_that_of_https() {
        assert_eq!(authority_of("https://api.example.com"), "api.example.com:443");
        assert_eq!(authority_of("https://[fd00::1]/"), "[fd00::1]:443");
    }
}

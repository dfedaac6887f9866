use std::net::IpAddr;

use fs_err as fs;

use crate::LabError;

/// systemd-resolved keeps the real name servers in the second; the first may name only its stub on
/// a loopback address, which the hosts cannot reach (systemd-resolved.service(8)).
const FILES: [&str; 2] = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];

/// The resolv.conf(5) of the hosts: this machine's name servers and search domains.
pub(crate) fn configuration() -> Result<String, LabError> {
    let texts = FILES.iter().filter_map(|file| fs::read_to_string(file).ok());
    let mut usable = texts.map(|text| reachable(&text)).filter(|text| text.contains("nameserver "));
    usable.next().ok_or_else(|| LabError::NoNameServer { searched: FILES.to_vec() })
}

fn reachable(text: &str) -> String {
    let keep = |line: &&str| {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("nameserver"), Some(address)) => {
                address.parse::<IpAddr>().is_ok_and(|address| !address.is_loopback())
            }
            (Some("search" | "domain" | "options"), Some(_)) => true,
            _ => false,
        }
    };
    text.lines().filter(keep).flat_map(|line| [line.trim(), "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_name_servers_are_left_out() {
        let text = "# stub\nnameserver 127.0.0.53\nnameserver 192.0.2.53\nsearch example.org\n";
        assert_eq!(reachable(text), "nameserver 192.0.2.53\nsearch example.org\n");
        assert_eq!(reachable("nameserver ::1\n"), "");
    }
}

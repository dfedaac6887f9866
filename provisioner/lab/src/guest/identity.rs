use crate::definition::ipv6_gateway;
use crate::keys::HostKey;
use crate::{LabDefinition, LabError, LabHost, names};

use super::GuestFile;

/// The files that make a host the one it is: name, address, identities, keys.
pub(crate) fn identity(
    lab: &LabDefinition,
    host: &LabHost,
    host_key: &HostKey,
    authorized_keys: &str,
    resolver: &str,
) -> Result<Vec<GuestFile>, LabError> {
    let name = &host.name;
    let short = name.split('.').next().unwrap_or(name);
    let (address, network, gateway) = (host.ipv4()?, lab.network()?, lab.gateway()?);
    let prefix = network.prefix_len();
    let second = match (host.ipv6()?, lab.ipv6_network()?) {
        (Some(address), Some(network)) => {
            let (gateway, prefix) = (ipv6_gateway(network), network.prefix_len());
            format!("Address={address}/{prefix}\nGateway={gateway}\nLinkLocalAddressing=ipv6\n")
        }
        _ => "LinkLocalAddressing=no\n".to_owned(),
    };
    let authorized = |home: &str, owner| {
        GuestFile::new(&format!("{home}/.ssh/authorized_keys"), authorized_keys)
            .mode(0o600)
            .owner(owner)
    };
    Ok(vec![
        GuestFile::new("etc/hostname", format!("{name}\n")),
        GuestFile::new(
            "etc/hosts",
            format!(
                "127.0.0.1\tlocalhost\n127.0.1.1\t{name}{}\n\n::1\tlocalhost ip6-localhost ip6-loopback\n",
                if short == name { String::new() } else { format!(" {short}") }
            ),
        ),
        GuestFile::new("etc/machine-id", format!("{}\n", names::machine_id(&lab.name, name)))
            .mode(0o444),
        GuestFile::new(
            "etc/lab/product_uuid",
            format!("{}\n", names::product_uuid(&lab.name, name)),
        )
        .mode(0o400),
        GuestFile::new("etc/lab/mac", format!("{}\n", names::mac(&lab.name, name))),
        GuestFile::new("etc/resolv.conf", resolver),
        GuestFile::new(
            "etc/systemd/network/10-eth0.network",
            format!(
                "[Match]\nName=eth0\n\n[Network]\nAddress={address}/{prefix}\nGateway={gateway}\n\
                 {second}IPv6AcceptRA=no\n"
            ),
        ),
        GuestFile::new("etc/ssh/ssh_host_ed25519_key", host_key.private.clone()).mode(0o600),
        GuestFile::new("etc/ssh/ssh_host_ed25519_key.pub", host_key.public.clone()),
        authorized("root", 0),
        authorized("home/ops", 1000),
        authorized("home/opspw", 1001),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_knows_who_it_is() {
        let mut host = LabHost {
            name: "m1".to_owned(),
            address: "172.30.0.11".parse().expect("an address"),
            secondary_address: None,
        };
        let mut lab = LabDefinition {
            name: "lab".to_owned(),
            system: crate::System::default(),
            hosts: vec![host.clone()],
            authorized_keys: Vec::new(),
        };
        let key =
            HostKey { private: "PRIVATE\n".to_owned(), public: "ssh-ed25519 PUBLIC\n".to_owned() };
        let files = identity(&lab, &host, &key, "ssh-ed25519 USER\n", "nameserver 192.0.2.53\n")
            .expect("files");
        let shown = files.iter().map(|file| {
            format!("--- /{} {:o} {}\n{}", file.path, file.mode, file.owner, file.content)
        });
        insta::assert_snapshot!(shown.collect::<String>());
        host.secondary_address = "fd00:30::11".parse().ok();
        lab.hosts = vec![host.clone()];
        let files = identity(&lab, &host, &key, "", "").expect("files");
        let network = files.iter().find(|file| file.path.ends_with(".network")).expect("a file");
        insta::assert_snapshot!("both_families", network.content);
    }
}

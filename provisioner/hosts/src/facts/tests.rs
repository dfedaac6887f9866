use super::{Architecture, Facts, Family, Module, PackageManager, Protocol, parse};
use ipnet::IpNet;
use proptest::prelude::*;
use secrecy::ExposeSecret;

const CONTROL_PLANE: &str = include_str!("fixtures/control-plane.txt");
const MINIMAL: &str = include_str!("fixtures/busybox.txt");

fn control_plane() -> Facts {
    parse(CONTROL_PLANE)
}

#[test]
fn a_control_plane_is_understood() {
    insta::assert_json_snapshot!(control_plane());
}

#[test]
fn tools_that_are_missing_leave_gaps_only() {
    let facts = parse(MINIMAL);
    assert!(facts.complete);
    assert_eq!(facts.architecture, Architecture::Arm64);
    assert_eq!(facts.os.family, Family::Other);
    assert_eq!(facts.clock.time.map(jiff::Timestamp::as_second), Some(1_795_155_921));
    assert_eq!(facts.package_manager, None);
    assert!(facts.links.is_empty());
    let ports: Vec<_> = facts.sockets.iter().map(|s| (s.address, s.port)).collect();
    let local = "127.0.0.1".parse().unwrap();
    assert_eq!(ports, [(None, 22), (Some(local), 6443), (Some("::1".parse().unwrap()), 631)]);
}

#[test]
fn families() {
    let family = |id: &str, like: &str| {
        parse(&format!("## os-release\nID={id}\nID_LIKE=\"{like}\"\n")).os.family
    };
    assert_eq!(family("debian", ""), Family::Debian);
    assert_eq!(family("linuxmint", "ubuntu debian"), Family::Debian);
    assert_eq!(family("\"rocky\"", "rhel centos fedora"), Family::Redhat);
    assert_eq!(family("alpine", ""), Family::Other);
}

#[test]
fn package_managers_first_one_wins() {
    let facts = parse("## host\npackage-manager apt-get\npackage-manager dnf\n");
    assert_eq!(facts.package_manager, Some(PackageManager::Apt));
}

#[test]
fn a_module_is_absent_only_where_the_host_can_tell() {
    let module = |lines: &str| parse(&format!("## kernel\n{lines}")).kernel.modules;
    assert!(!module("works overlay\n").contains_key("ip_vs"));
    let told = module("modules-directory yes\ndep ip_vs\nloaded ip_vs\ndep overlay\n");
    assert_eq!(told["ip_vs"], Module::Loaded);
    assert_eq!(told["overlay"], Module::Available);
    assert_eq!(told["ip_vs_rr"], Module::Absent);
    let configured = module("configuration yes\nCONFIG_IP_VS_RR=y\nCONFIG_OVERLAY_FS=y\n");
    assert_eq!(configured["ip_vs_rr"], Module::BuiltIn);
    assert_eq!(configured["overlay"], Module::BuiltIn);
    assert_eq!(configured["br_netfilter"], Module::Absent);
}

#[test]
fn versions_out_of_what_programs_say() {
    let says = "## versions
kubeadm v1.36.2
kubelet Kubernetes v1.20.2
containerd containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u1
haproxy HAProxy version 2.6.12-1+deb12u2 2025/03/31 - https://haproxy.org/
keepalived Keepalived v2.2.7 (01/16,2022)
nft nftables v1.0.6 (Lester Gooch #5)
iptables iptables v1.8.9 (nf_tables)
ipset ipset v7.17, protocol version: 7
crictl not installed
";
    let facts = parse(says);
    let version = |name: &str| facts.programs.get(name).map(|p| p.version.as_str());
    assert_eq!(version("kubeadm"), Some("1.36.2"));
    assert_eq!(version("kubelet"), Some("1.20.2"));
    assert_eq!(version("containerd"), Some("1.6.20"));
    assert_eq!(version("haproxy"), Some("2.6.12"));
    assert_eq!(version("keepalived"), Some("2.2.7"));
    assert_eq!(version("nft"), Some("1.0.6"));
    assert_eq!(version("iptables"), Some("1.8.9"));
    assert_eq!(version("ipset"), Some("7.17"));
    assert_eq!(version("crictl"), None);
    assert_eq!(facts.programs["containerd"].release(), Some((1, 6)));
}

#[test]
fn an_address_is_found_on_its_link() {
    let facts = control_plane();
    let (link, prefix) = facts.interface_of("172.30.0.11".parse().unwrap()).unwrap();
    assert_eq!((link.name.as_str(), prefix), ("host0", 24));
    assert!(facts.holds("172.30.0.100".parse().unwrap()));
    assert!(!facts.holds("172.30.0.12".parse().unwrap()));
    assert_eq!(facts.default_link().map(|link| link.name.as_str()), Some("host0"));
}

#[test]
fn private_keys_are_never_shown() {
    let facts = control_plane();
    assert!(facts.pki["ca.key"].expose_secret().contains("SECRET-BYTES"));
    assert!(!format!("{facts:?}").contains("SECRET-BYTES"));
    assert!(!serde_json::to_string(&facts).unwrap().contains("SECRET-BYTES"));
}

#[test]
fn chrony_says_whether_it_follows_a_server() {
    let synchronized = |line: &str| parse(&format!("## services\n{line}\n")).clock.synchronized;
    assert_eq!(synchronized("Leap status     : Normal"), Some(true));
    assert_eq!(synchronized("Leap status     : Not synchronised"), Some(false));
    assert_eq!(synchronized("synchronized yes"), Some(true));
    assert_eq!(synchronized("chrony active"), None);
}

#[test]
fn sockets_of_every_form() {
    let line = |line: &str| parse(&format!("## sockets\n{line}\n")).sockets.pop().unwrap();
    let v6 = line(
        r#"tcp   LISTEN 0 4096 [::1]:6010 [::]:* users:(("sshd",pid=9,fd=4),("x",pid=1,fd=2))"#,
    );
    assert_eq!(v6.address, Some("::1".parse().unwrap()));
    assert_eq!(v6.process.unwrap().name, "sshd");
    assert_eq!(line("udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*").protocol, Protocol::Udp);
    let any = line("tcp LISTEN 0 4096 *:10250 *:*");
    assert_eq!((any.address, any.port, any.process), (None, 10250, None));
}

proptest! {
    #[test]
    fn never_panics_on_any_text(text in any::<String>()) {
        parse(&text);
    }

    #[test]
    fn never_panics_on_a_damaged_answer(at in 0..CONTROL_PLANE.len(), noise in ".{0,12}", cut in 0..40usize) {
        let mut bytes = CONTROL_PLANE.as_bytes().to_vec();
        bytes.splice(at..(at + cut).min(CONTROL_PLANE.len()), noise.bytes());
        parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_address_that_ip_prints_is_found(address in any::<[u8; 4]>(), prefix in 0..=32u8) {
        let net = IpNet::new(address.into(), prefix).unwrap();
        let text = format!("## links\n7: eth0@if3: <BROADCAST,UP> mtu 1500 qdisc x\n## addresses\n7: eth0    inet {net} scope global eth0\n");
        prop_assert_eq!(parse(&text).interface_of(net.addr()).map(|(_, prefix)| prefix), Some(prefix));
    }
}

//! Whom the DNS cache of a node asks.

use super::corefile::Corefile;
use super::specs::{IPV6, LARGE, cluster, library};
use crate::addon::{Content, Rendered};
use crate::{Secrets, Selection};

/// What node-cache puts in the place of its placeholders (its `-upstreamsvc`, and the node's resolver).
const CLUSTER_DNS: &str = "10.96.7.7";
const RESOLVER: &str = "/etc/resolv.conf";

fn corefile(spec: &str) -> Corefile {
    let (cluster, library) = (cluster(spec), library());
    let selection = Selection::of(&cluster, &library).unwrap();
    let addon = library.get("nodelocaldns").unwrap();
    let secrets = Secrets::placeholders();
    let rendered = Rendered::new(&cluster, &library, &selection, addon, &secrets).unwrap();
    let Content::Manifests(manifests) = &rendered.parts[0].content else { panic!("no manifests") };
    let text = manifests.iter().find_map(|one| one.0["data"]["Corefile"].as_str());
    let text = text
        .unwrap()
        .replace("__PILLAR__CLUSTER__DNS__", CLUSTER_DNS)
        .replace("__PILLAR__UPSTREAM__SERVERS__", RESOLVER);
    Corefile::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn what_the_spec_says_of_names_holds_for_the_cache() {
    let said = "dns: {stubDomains: {corp.example: [10.1.0.53]}, nodeLocal: true}";
    let dns = [
        "stubDomains: {corp.example: [10.1.0.53]}",
        "upstreams: [9.9.9.9]",
        "hosts: {registry.example: [10.1.0.5]}",
    ];
    for dns in dns {
        let corefile = corefile(&LARGE.replace(said, &format!("dns: {{{dns}, nodeLocal: true}}")));
        assert_eq!(
            corefile.zones(),
            ["cluster.local:53", "in-addr.arpa:53", "ip6.arpa:53", ".:53"]
        );
        assert_eq!(corefile.arguments(".:53", "forward"), [".", CLUSTER_DNS], "{dns}");
        assert_eq!(corefile.lines(".:53", "forward"), ["force_tcp"]);
    }
}

#[test]
fn without_it_the_resolver_of_the_node_is_asked() {
    let nothing = LARGE.replace("stubDomains: {corp.example: [10.1.0.53]}, ", "");
    let corefile = corefile(&nothing);
    assert_eq!(corefile.arguments(".:53", "forward"), [".", RESOLVER]);
    assert_eq!(corefile.arguments("cluster.local:53", "forward"), [".", CLUSTER_DNS]);
}

#[test]
fn it_listens_where_pods_ask() {
    assert_eq!(corefile(LARGE).arguments(".:53", "bind"), ["169.254.20.10"], "with IPVS");
    let tables = LARGE.replace("mode: ipvs", "mode: iptables");
    assert_eq!(corefile(&tables).arguments(".:53", "bind"), ["169.254.20.10", "10.96.0.10"]);
    assert_eq!(
        corefile(IPV6).arguments(".:53", "bind"),
        ["fd00:169:254:20::10", "fd00:10:96::a"],
        "with IPv6"
    );
}

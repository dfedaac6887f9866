//! What the spec says of edge, DNS, storage and monitoring reaches the hosts.

use provisioner_playbook::template;
use provisioner_spec::Cluster;
use serde_json::json;

use super::corefile::Corefile;
use crate::facts::Facts;
use crate::platform;

const SPEC: &str = r#"
apiVersion: provisioner.dev/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  kubernetes: {version: 1.36.2}
  network:
    plugin: bridge
    proxy: {mode: ipvs}
    dns:
      stubDomains: {corp.example: [10.1.0.53, 10.1.0.54]}
      upstreams: [9.9.9.9, 149.112.112.112]
      hosts: {registry.example: [192.168.10.5], both.example: [192.168.10.6, "fd00::6"]}
      nodeLocal: true
  hosts:
    controlPlane: [{name: m1, address: 192.168.10.11}]
    workers: [{name: w1, address: 192.168.10.21}]
    edge:
      vip: 192.168.10.101
      nodes: [{name: e1, address: 192.168.10.31}, {name: e2, address: 192.168.10.32}]
  addons:
    istio: {}
    traefik: {}
    nfs: {server: w1}
    monitoring: {}
    local-volumes:
      volumes:
        - {name: consul-w1, node: w1, path: /srv/volumes/consul, size: 10Gi}
        - {name: consul-m1, node: m1, path: /srv/volumes/consul, size: 10Gi}
        - {name: logs-w1, node: w1, path: "/srv/volumes/the logs", size: 10Gi}
"#;

const IPV6: &str = r#"
apiVersion: provisioner.dev/v1alpha1
kind: Cluster
metadata: {name: six}
spec:
  kubernetes: {version: 1.36.2}
  network: {plugin: bridge, podCidr: "fd00:10:244::/56", serviceCidr: "fd00:10:96::/112"}
  hosts:
    controlPlane: [{name: m1, address: "fd00:1::11"}]
    workers: [{name: w1, address: "fd00:1::21"}]
  addons: {monitoring: {}}
"#;

fn cluster(spec: &str) -> Cluster {
    provisioner_spec::parse(spec, "spec")
        .unwrap_or_else(|faults| panic!("{}", faults.render(false)))
}

#[test]
fn an_edge_node_knows_its_peers_and_its_gateway() {
    let cluster = cluster(SPEC);
    let of = |host: &str| platform::edge(&cluster, cluster.host(host).unwrap(), &Facts::default());
    let e2 = of("e2");
    assert_eq!(e2["peers"], json!(["192.168.10.31"]));
    assert_eq!((&e2["priority"], &e2["routerId"]), (&json!(149), &json!(101)));
    assert_eq!(e2["gateway"]["http"], 30080, "istio where both are");
    assert_eq!(of("w1"), json!({"vip": null, "ingress": null}));
    let switched =
        SPEC.replace("vip: 192.168.10.101", "vip: 192.168.10.101\n      ingress: traefik");
    let switched = self::cluster(&switched);
    let e1 = platform::edge(&switched, switched.host("e1").unwrap(), &Facts::default());
    assert_eq!(
        (&e1["gateway"]["http"], &e1["gateway"]["statusPath"]),
        (&json!(31080), &json!("/ping"))
    );
}

#[test]
fn the_configuration_of_the_edge() {
    let cluster = cluster(SPEC);
    let host = cluster.host("e1").unwrap();
    let edge = platform::edge(&cluster, host, &Facts::default());
    let nodes: Vec<_> = cluster
        .edge_nodes()
        .iter()
        .map(|node| json!({"name": node.name, "address": node.address}))
        .collect();
    let context = json!({"edge": edge, "edges": nodes, "monitored": true, "network": {"ipv6": null}, "host": {"name": "e1", "address": host.address}});
    for (name, text) in [
        ("haproxy", include_str!("../../../../playbooks/files/edge/haproxy.cfg.hbs")),
        ("keepalived", include_str!("../../../../playbooks/files/edge/keepalived.conf.hbs")),
    ] {
        insta::assert_snapshot!(name, template(text, &context).unwrap());
    }
}

#[test]
fn the_configuration_of_dns_is_one_that_coredns_understands() {
    let cluster = cluster(SPEC);
    let text = include_str!("../../../../playbooks/files/dns/Corefile.hbs");
    let text = template(text, &json!({"dns": platform::dns(&cluster)})).unwrap();
    let corefile = Corefile::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(corefile.zones(), [".:53", "corp.example:53"]);
    assert_eq!(corefile.arguments(".:53", "forward"), [".", "9.9.9.9", "149.112.112.112"]);
    assert_eq!(corefile.arguments("corp.example:53", "forward"), [".", "10.1.0.53", "10.1.0.54"]);
    let hosts = corefile.lines(".:53", "hosts");
    assert_eq!(
        hosts,
        [
            "192.168.10.6 both.example",
            "fd00::6 both.example",
            "192.168.10.5 registry.example",
            "fallthrough"
        ]
    );
    let bare = self::cluster(&SPEC.replace("upstreams: [9.9.9.9, 149.112.112.112]", ""));
    let text = template(
        include_str!("../../../../playbooks/files/dns/Corefile.hbs"),
        &json!({"dns": platform::dns(&bare)}),
    );
    let corefile = Corefile::parse(&text.unwrap()).unwrap();
    assert_eq!(corefile.arguments(".:53", "forward"), [".", "/etc/resolv.conf"]);
}

#[test]
fn the_strict_reading_refuses_what_coredns_would() {
    for wrong in [
        ".:53 {\n    forwrd . 9.9.9.9\n}\n",
        ".:53 {\n    forward .\n}\n",
        ".:53 {\n    forward . nonsense\n}\n",
        ".:53 {\n    errors\n",
        ".:53 {\n    errors\n    errors\n}\n",
        "{\n    errors\n}\n",
        ".:53 {\n    hosts {\n        registry.example 10.0.0.1\n    }\n}\n",
    ] {
        assert!(Corefile::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn with_ipvs_pods_ask_the_cache_of_their_node() {
    assert_eq!(platform::pods_dns(&cluster(SPEC)), "169.254.20.10");
    let tables = SPEC.replace("proxy: {mode: ipvs}", "proxy: {mode: iptables}");
    assert_eq!(platform::pods_dns(&cluster(&tables)), "10.96.0.10");
}

#[test]
fn only_the_server_exports_and_only_to_the_nodes() {
    let cluster = cluster(SPEC);
    let nfs = |host: &str| platform::nfs(&cluster, cluster.host(host).unwrap());
    assert_eq!((&nfs("w1")["server"], &nfs("m1")["server"]), (&json!(true), &json!(false)));
    let text = include_str!("../../../../playbooks/files/nfs/exports.hbs");
    let text = template(text, &json!({"nfs": nfs("w1")})).unwrap();
    let options = "(rw,sync,no_subtree_check,no_root_squash)";
    let nodes = ["11", "21", "31", "32"].map(|last| format!(" 192.168.10.{last}{options}"));
    assert_eq!(text, format!("/srv/nfs{}\n", nodes.concat()));
}

#[test]
fn a_node_has_the_folders_of_its_own_volumes() {
    let cluster = cluster(SPEC);
    let of = |host: &str| platform::local_volumes(&cluster, cluster.host(host).unwrap());
    assert_eq!(of("w1"), ["/srv/volumes/consul", "/srv/volumes/the logs"]);
    assert_eq!(of("m1"), ["/srv/volumes/consul"]);
    assert!(of("e1").is_empty());
}

#[test]
fn what_is_scraped_can_be_reached_and_the_spec_has_the_last_word() {
    let cluster = cluster(SPEC);
    let none = std::collections::BTreeMap::new();
    let given = [("bind-address".to_owned(), "127.0.0.1".to_owned())].into();
    assert_eq!(
        platform::arguments(&cluster, "etcd", &none)["listen-metrics-urls"],
        "http://0.0.0.0:2381"
    );
    assert_eq!(platform::arguments(&cluster, "scheduler", &given)["bind-address"], "127.0.0.1");
    let ipv6 = self::cluster(IPV6);
    assert_eq!(
        platform::arguments(&ipv6, "etcd", &none)["listen-metrics-urls"],
        "http://[::]:2381"
    );
    assert_eq!(platform::arguments(&ipv6, "scheduler", &none)["bind-address"], "::");
    let without = self::cluster(&SPEC.replace("    monitoring: {}\n", ""));
    assert!(platform::arguments(&without, "etcd", &none).is_empty());
}

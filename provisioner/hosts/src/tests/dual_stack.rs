//! Clusters with addresses of both families, and of IPv6 alone.

use std::collections::BTreeMap;

use provisioner_engine::Mode;
use provisioner_playbook::Action;
use provisioner_spec::Cluster;
use serde_json::{Value, json};
use similar::TextDiff;

use super::listing::{self, Family, Given, Kind, SPEC, Source, listed_for, listing_of};
use super::shell_text::{assert_sound, texts};
use super::world::{World, kubeadms_pki};
use crate::planner::Purpose;

const UP: Purpose = Purpose::Up { ignore_findings: false };
const KIND: Kind =
    Kind { version: "1.36.2", source: Source::Repository, family: Family::Debian, secure: false };
const HOSTS: [&str; 3] = ["m1", "w1", "e1"];
const HOST_NUMBERS: [u8; 5] = [11, 12, 13, 21, 31];
const BOTH: &str =
    "podCidr: '10.244.0.0/16,fd00:10:244::/56', serviceCidr: '10.96.0.0/12,fd00:10:96::/112'";
const IPV6: &str = "podCidr: 'fd00:10:244::/56', serviceCidr: 'fd00:10:96::/112'";

/// A spec of IPv4 with a second family.
fn dual_stack(spec: &str) -> String {
    let mut spec = spec.replace("network: {plugin", &format!("network: {{{BOTH}, plugin"));
    for number in HOST_NUMBERS {
        let (first, second) =
            (format!("address: 172.30.0.{number}"), format!("fd00:172:30::{number}"));
        spec = spec.replace(&first, &format!("{first}, secondaryAddress: \"{second}\""));
    }
    spec
}

/// The same spec with IPv6 in place of IPv4.
fn ipv6(spec: &str) -> String {
    let mut spec = spec.replace("network: {plugin", &format!("network: {{{IPV6}, plugin"));
    for number in HOST_NUMBERS.into_iter().chain([100]) {
        let (ipv4, ipv6) = (format!("172.30.0.{number}"), format!("\"fd00:172:30::{number}\""));
        spec = spec.replace(&ipv4, &ipv6);
    }
    spec
}

fn cluster(spec: &str, version: &str) -> Cluster {
    let cluster = provisioner_spec::parse(&spec.replace("VERSION", version), "spec.yaml");
    cluster.unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn given(spec: &str, version: &'static str, host: &str) -> Vec<Given> {
    listed_for(cluster(spec, version), Kind { version, ..KIND }, host, None)
}

/// What differs from the same cluster with IPv4 alone, on a control plane and on a worker.
fn difference(spec: &str) -> String {
    let of = |host: &str| {
        let (ipv4, other) =
            (listing::listing(KIND, host), listing_of(given(spec, KIND.version, host)));
        let diff = TextDiff::from_lines(&ipv4, &other);
        let hunks = diff.unified_diff().context_radius(1).to_string();
        let place =
            |line: &str| if line.starts_with("@@") { "@@".to_owned() } else { line.to_owned() };
        hunks.lines().map(place).collect::<Vec<_>>().join("\n")
    };
    format!("on m1\n{}\non w1\n{}\n", of("m1"), of("w1"))
}

#[test]
fn with_dual_stack_hosts_are_given_both_families() {
    insta::assert_snapshot!("both", difference(&dual_stack(SPEC)));
}

#[test]
fn with_ipv6_alone_nothing_is_left_of_ipv4() {
    insta::assert_snapshot!("ipv6", difference(&ipv6(SPEC)));
}

fn content(given: &[Given], path: &str) -> String {
    let content = given.iter().find_map(|given| match &given.step.action {
        Action::File { dest, content, .. } if dest == path => Some(content.expose().to_owned()),
        _ => None,
    });
    content.unwrap_or_else(|| panic!("{path} is given"))
}

#[test]
fn every_format_of_kubeadm_says_both() {
    for version in ["1.21.14", "1.28.15", "1.36.2"] {
        let given = given(&dual_stack(SPEC), version, "m1");
        let kubeadm = content(&given, "/etc/provisioner/kubeadm.yaml");
        for line in [
            "  advertiseAddress: \"172.30.0.11\"",
            "  podSubnet: \"10.244.0.0/16,fd00:10:244::/56\"",
            "  serviceSubnet: \"10.96.0.0/12,fd00:10:96::/112\"",
            "controlPlaneEndpoint: \"172.30.0.100:8443\"",
        ] {
            assert!(kubeadm.lines().any(|one| one == line), "{version}: {line}\n{kubeadm}");
        }
        assert!(
            kubeadm.contains("\"172.30.0.11,fd00:172:30::11\""),
            "{version}: node-ip\n{kubeadm}"
        );
    }
}

#[test]
fn the_bridge_gives_pods_an_address_of_each_family() {
    let plugin = |spec: &str| -> Value {
        let given = given(spec, KIND.version, "w1");
        let list = content(&given, "/etc/cni/net.d/10-provisioner.conflist");
        let list: Value = serde_json::from_str(&list).unwrap_or_else(|_| panic!("{list}"));
        list["plugins"][0]["ipam"].clone()
    };
    let both = plugin(&dual_stack(SPEC));
    assert_eq!(
        both["ranges"],
        json!([[{"subnet": "10.244.3.0/24"}], [{"subnet": "fd00:10:244:3::/64"}]])
    );
    assert_eq!(both["routes"], json!([{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]));
    let one = plugin(&ipv6(SPEC));
    assert_eq!(one["ranges"], json!([[{"subnet": "fd00:10:244:3::/64"}]]));
    assert_eq!(one["routes"], json!([{"dst": "::/0"}]));
}

#[test]
fn shells_and_shellcheck_have_nothing_against_the_shell_text() {
    let mut all = BTreeMap::new();
    for spec in [dual_stack(SPEC), ipv6(SPEC)] {
        for host in HOSTS {
            for given in given(&spec, KIND.version, host) {
                let origin = format!("{}: {}", given.step.playbook, given.step.name);
                all.extend(texts(&given.step).into_iter().map(|text| (text, origin.clone())));
            }
        }
    }
    assert_sound(&all);
}

/// Fresh hosts for the cluster of the listings, with its bundle.
fn world(form: fn(&str) -> String) -> World {
    World::of(&form(SPEC).replace("VERSION", "1.28.15").replace("mode: ipvs", "mode: iptables"))
}

fn prepared(world: &World) -> Result<(), String> {
    let planned = world.plan(Mode::Apply, UP);
    let (_, stage) = planned.stages.iter().find(|(name, _)| name == "prepare").unwrap();
    stage.as_ref().map(drop).map_err(ToString::to_string)
}

#[test]
fn a_plan_has_one_step_more() {
    let of = |form| world(form).plan(Mode::Apply, UP).to_string();
    let (ipv4, both) = (of(str::to_owned), of(dual_stack));
    let diff = TextDiff::from_lines(&ipv4, &both);
    insta::assert_snapshot!(diff.unified_diff().context_radius(0).to_string());
    assert_eq!(both, of(ipv6));
}

#[test]
fn what_a_host_lacks_of_the_second_family_is_found() {
    let mut world = world(dual_stack);
    let answer = world.answers.get_mut("w1").unwrap();
    *answer = answer.replace("fd00:172:30::21/64", "fd00:172:30::99/64");
    let answer = world.answers.get_mut("e1").unwrap();
    *answer = answer.replace("default via fd00:172:30::1 dev eth0 metric 1024 pref medium\n", "");
    let error = prepared(&world).unwrap_err();
    assert!(error.contains("w1: none of its links has the address fd00:172:30::21"), "{error}");
    assert!(error.contains("e1: it has no default route for IPv6"), "{error}");
}

#[test]
fn a_standing_cluster_keeps_its_ranges() {
    let mut world = world(dual_stack);
    world.all_join(&kubeadms_pki());
    let ranges =
        "pod-range 10.244.0.0/16,fd00:10:244::/56\nservice-range 10.96.0.0/12,fd00:10:96::/112";
    world.says("m1", "kubernetes", ranges);
    assert_eq!(prepared(&world), Ok(()));
    world.says("m2", "kubernetes", "pod-range 10.244.0.0/16");
    let error = prepared(&world).unwrap_err();
    let differs = "network.podCidr is 10.244.0.0/16 in the cluster, and 10.244.0.0/16,fd00:10:244::/56 in the spec";
    assert!(error.contains(differs), "{error}");
}

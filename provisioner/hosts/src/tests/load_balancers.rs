//! Hosts that carry the VIP in place of the control planes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use provisioner_engine::Mode;
use similar::TextDiff;

use super::listing::{self, Family, Given, Kind, Source, listed_for, listing_of};
use super::shell_text::{assert_sound, texts};
use super::world::{Planned, World, kubeadms_pki, new_pki};
use crate::Site;
use crate::leaving::{Drain, Leaving};
use crate::planner::{Purpose, without};
use crate::removal::{Survey, judge};
use crate::status::{Asked, View, report};

const UP: Purpose = Purpose::Up { ignore_findings: false };
const KIND: Kind =
    Kind { version: "1.36.2", source: Source::Repository, family: Family::Debian, secure: false };

/// The cluster of the listings, with load balancers of its own.
fn given(kind: Kind, host: &str) -> Vec<Given> {
    let own = "apiEndpoint: {vip: 172.30.0.100}\n    loadBalancers: [{name: lb1, address: 172.30.0.5}, \
               {name: lb2, address: 172.30.0.6}]";
    let endpoint = "apiEndpoint: {vip: 172.30.0.100, port: 8443}";
    listed_for(listing::cluster_with(kind.version, endpoint, own), kind, host, None)
}

#[test]
fn up_on_fresh_hosts_with_load_balancers() {
    insta::assert_snapshot!(World::balanced_lab().plan(Mode::Apply, UP));
}

#[test]
fn a_load_balancer_is_given() {
    insta::assert_snapshot!(listing_of(given(KIND, "lb1")));
    let redhat = Kind { family: Family::Redhat, ..KIND };
    let (one, other) = (listing_of(given(KIND, "lb1")), listing_of(given(redhat, "lb1")));
    let diff = TextDiff::from_lines(&one, &other);
    insta::assert_snapshot!("redhat", diff.unified_diff().context_radius(0).to_string());
}

#[test]
fn the_control_planes_have_nothing_of_it() {
    let (one, other) = (listing_of(listing::given(KIND, "m1")), listing_of(given(KIND, "m1")));
    let diff = TextDiff::from_lines(&one, &other);
    insta::assert_snapshot!(diff.unified_diff().context_radius(0).to_string());
}

#[test]
fn one_more_is_looked_at_first_and_no_token_is_made_for_it() {
    let mut world = World::balanced_lab();
    let names: Vec<String> = world.site.cluster.nodes().map(|host| host.name.clone()).collect();
    for name in names.iter().map(String::as_str).chain(["lb1"]) {
        world.joins(name, &kubeadms_pki());
    }
    assert!(!world.inventory().all_joined(&world.site.cluster));
    assert!(world.inventory().all_nodes_joined(&world.site.cluster));
    let planned = world.plan(Mode::Apply, UP);
    let probed = planned.stages.iter().find(|(name, _)| name == "probe").unwrap();
    assert!(!probed.1.as_ref().unwrap().tasks.is_empty());
    assert!(!planned.to_string().contains("bootstrap token is valid"), "{planned}");
    world.joins("lb2", &kubeadms_pki());
    assert!(world.inventory().all_joined(&world.site.cluster));
}

#[test]
fn a_vip_stays_with_those_who_carry_it() {
    let mut world = World::balanced_lab();
    world.all_join(&new_pki());
    world.says("m1", "kubernetes", "vip 172.30.0.100");
    let planned = world.plan(Mode::Apply, UP);
    let (_, prepare) = planned.stages.iter().find(|(name, _)| name == "prepare").unwrap();
    let error = prepare.as_ref().unwrap_err().to_string();
    assert!(
        error.contains(
            "m1: hosts.loadBalancers is the control planes in the cluster, and other hosts in the spec"
        ),
        "{error}"
    );
}

/// The plan of a removal from that lab, all of whose hosts are members.
fn plan(name: &str) -> Planned {
    let mut world = World::balanced_lab();
    world.all_join(&kubeadms_pki());
    let host = world.site.cluster.host(name).unwrap().clone();
    let full = Arc::clone(&world.site);
    world.site = Arc::new(Site { cluster: without(&full.cluster, name), ..Site::clone(&full) });
    let drain = Drain { timeout: Duration::from_mins(5), force: false };
    world.plan_without(Mode::Apply, Leaving { site: full, host, reachable: true, drain })
}

#[test]
fn a_load_balancer_leaves_its_peers_and_nobody_else() {
    insta::assert_snapshot!(plan("lb2"));
}

#[test]
fn a_control_plane_that_leaves_is_out_of_the_load_balancers() {
    insta::assert_snapshot!(plan("m3"));
}

#[test]
fn the_last_one_stays() {
    let survey = Survey::read("## nodes\n{\"items\": []}\n## end\n").unwrap();
    let mut cluster = World::balanced_lab().site.cluster.clone();
    let verdict = judge(cluster.host("lb1").unwrap(), &cluster, &survey);
    assert_eq!(verdict.refusals, [""; 0]);
    insta::assert_snapshot!(verdict.warnings.join("\n"), @"one load balancer remains: nobody takes over from it");
    cluster = without(&cluster, "lb2");
    let verdict = judge(cluster.host("lb1").unwrap(), &cluster, &survey);
    insta::assert_snapshot!(verdict.refusals.join("\n"), @"it is the only load balancer: nobody else has the VIP");
}

#[test]
fn down_on_a_load_balancer() {
    let mut world = World::balanced_lab();
    world.joins("lb1", &kubeadms_pki());
    insta::assert_snapshot!(world.plan(Mode::Apply, Purpose::Down));
}

#[test]
fn status_tells_who_holds_the_vip_and_who_is_not_at_work() {
    let cluster = &World::balanced_lab().site.cluster;
    let says = |states: &str, vip: &str| {
        View::read(&format!("## balancing\n{states}\n## vip\n{vip}\n## end\n"))
    };
    let views = vec![
        ("lb1".to_owned(), says("active\nactive", "1")),
        ("lb2".to_owned(), says("failed\nactive", "0")),
    ];
    let report = report(cluster, Asked { views, ..Asked::default() });
    assert_eq!(report.vip.unwrap().holders, ["lb1"]);
    assert!(report.load_balancers[0].ready);
    assert_eq!(report.load_balancers[1].reason.as_deref(), Some("haproxy is failed"));
    assert!(report.problems.contains(&"load balancer lb2: haproxy is failed".to_owned()));
    assert_eq!(report.nodes.len(), 6, "load balancers are no nodes");
}

#[test]
fn shells_and_shellcheck_have_nothing_against_the_shell_text() {
    let mut all = BTreeMap::new();
    for host in ["lb1", "m1"] {
        for given in given(KIND, host) {
            let origin = format!("{}: {}", given.step.playbook, given.step.name);
            all.extend(texts(&given.step).into_iter().map(|text| (text, origin.clone())));
        }
    }
    assert_sound(&all);
}

//! An etcd that runs elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use provisioner_engine::Mode;
use provisioner_playbook::Action;
use similar::TextDiff;

use super::listing::{self, Family, Given, Kind, Source, listed_for, listing_of};
use super::shell_text::{assert_sound, texts};
use super::world::{World, kubeadms_pki};
use crate::leaving::{Drain, Leaving};
use crate::planner::{Purpose, without};
use crate::preflight::Etcd::{Answers, Refuses, Unknown};
use crate::preflight::{self, Probe};
use crate::removal::{Survey, judge};
use crate::status::{Asked, View, report};
use crate::{HostsError, Operation, Site, etcd_snapshot};

const UP: Purpose = Purpose::Up { ignore_findings: false };
/// One of each of kubeadm's formats.
const VERSIONS: [&str; 3] = ["1.36.2", "1.28.15", "1.20.2"];
const EXTERNAL: &str = "    etcd:\n      external:\n        endpoints: [\"https://10.1.0.5:2379\", \"https://etcd2.example:2379\"]\n        \
                        ca: ca.crt\n        certificate: client.crt\n        key: client.key\n";

fn kind(version: &'static str) -> Kind {
    Kind { version, source: Source::Repository, family: Family::Debian, secure: false }
}

fn given(kind: Kind, host: &str, operation: Option<Operation>) -> Vec<Given> {
    let before = "    scheduler: {extraArgs";
    let cluster = listing::cluster_with(kind.version, before, &format!("{EXTERNAL}{before}"));
    listed_for(cluster, kind, host, operation)
}

/// The lab with its state elsewhere.
fn world() -> World {
    let lab = include_str!("../../../../cluster-specs/lab.yaml");
    let before = "    kubeProxy:\n";
    assert!(lab.contains(before));
    World::of(&lab.replacen(before, &format!("{EXTERNAL}{before}"), 1))
}

#[test]
fn what_differs_on_a_control_plane() {
    for version in VERSIONS {
        let own = listing_of(listing::given(kind(version), "m1"));
        let external = listing_of(given(kind(version), "m1", None));
        let diff = TextDiff::from_lines(&own, &external);
        let hunks = diff.unified_diff().context_radius(1).to_string();
        let hunks = hunks.lines().map(|line| if line.starts_with("@@") { "@@" } else { line });
        insta::assert_snapshot!(
            format!("external-etcd-{version}"),
            hunks.collect::<Vec<_>>().join("\n")
        );
    }
}

#[test]
fn a_worker_has_nothing_of_it() {
    let own = listing_of(listing::given(kind("1.36.2"), "w1"));
    let external = listing_of(given(kind("1.36.2"), "w1", None));
    assert!(own == external, "{external}");
}

#[test]
fn its_files_are_for_root_alone() {
    for host in ["m1", "m3"] {
        let files: Vec<_> = given(kind("1.36.2"), host, None)
            .into_iter()
            .filter_map(|given| match given.step.action {
                Action::File { dest, mode, .. } if dest.contains("etcd-external") => {
                    Some((given.step.playbook, given.step.secret, mode, dest))
                }
                _ => None,
            })
            .collect();
        assert_eq!(files.len(), 6, "before it joins, and as an edit: {files:?}");
        assert!(files.iter().all(|(_, is_secret, mode, _)| *is_secret && mode == "0600"));
    }
}

#[test]
fn up_on_fresh_hosts_with_etcd_elsewhere() {
    insta::assert_snapshot!(world().plan(Mode::Apply, UP));
}

#[test]
fn hosts_that_have_joined_are_known_by_their_api_server() {
    let mut world = world();
    world.all_join(&kubeadms_pki());
    let cluster = &world.site.cluster;
    assert!(world.inventory().all_joined(cluster));
    let first = world.inventory();
    assert_eq!(first.first_control_plane(cluster).unwrap().name, "m1");
}

#[test]
fn etcd_does_not_move() {
    for (mut world, servers, says) in [
        (
            World::lab(),
            "https://10.1.0.5:2379",
            "external in the cluster, and on the control planes in the spec",
        ),
        (
            world(),
            "https://127.0.0.1:2379",
            "on the control planes in the cluster, and external in the spec",
        ),
    ] {
        world.all_join(&kubeadms_pki());
        world.says("m2", "kubernetes", &format!("etcd-servers {servers}"));
        let planned = world.plan(Mode::Check, UP);
        let (_, prepare) = planned.stages.iter().find(|(name, _)| name == "prepare").unwrap();
        let error = prepare.as_ref().unwrap_err().to_string();
        assert!(error.contains(&format!("m2: kubernetes.etcd is {says}")), "{error}");
    }
    // Another endpoint of the same kind is an edit like any other.
    let mut world = world();
    world.all_join(&kubeadms_pki());
    world.says("m2", "kubernetes", "etcd-servers https://10.1.0.9:2379");
    let planned = world.plan(Mode::Check, UP);
    let (_, prepare) = planned.stages.iter().find(|(name, _)| name == "prepare").unwrap();
    assert!(prepare.is_ok());
}

#[test]
fn a_control_plane_leaves_no_member_behind() {
    let mut world = world();
    world.all_join(&kubeadms_pki());
    let host = world.site.cluster.host("m3").unwrap().clone();
    let full = Arc::clone(&world.site);
    world.site = Arc::new(Site { cluster: without(&full.cluster, "m3"), ..Site::clone(&full) });
    let drain = Drain { timeout: Duration::from_mins(5), force: false };
    let leaving = Leaving { site: full, host, reachable: true, drain };
    let planned = world.plan_without(Mode::Apply, leaving).to_string();
    assert!(!planned.contains("etcd"), "{planned}");
}

#[test]
fn the_last_control_plane_stays() {
    let cluster = &world().site.cluster;
    let node = |name: &str| {
        format!(
            r#"{{"metadata": {{"name": "{name}", "labels": {{"node-role.kubernetes.io/control-plane": ""}}}}}}"#
        )
    };
    let survey = |nodes: &[&str]| {
        let nodes: Vec<String> = nodes.iter().map(|name| node(name)).collect();
        let text = format!(
            "## nodes\n{{\"items\": [{}]}}\n## volumes\n{{\"items\": []}}\n## end\n",
            nodes.join(", ")
        );
        Survey::read(&text).unwrap()
    };
    let m1 = cluster.host("m1").unwrap();
    assert_eq!(judge(m1, cluster, &survey(&["m1", "m2"])).refusals, [""; 0]);
    insta::assert_snapshot!(judge(m1, cluster, &survey(&["m1"])).refusals.join("\n"), @"it is the only control plane, and with it the cluster ends: that is `down`");
}

#[tokio::test]
async fn its_snapshots_are_not_taken_here() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = tokio::fs::File::create(folder.path().join("snapshot")).await.unwrap();
    let error = etcd_snapshot(Arc::clone(&world().site), &mut file).await.unwrap_err();
    assert!(matches!(error, HostsError::ExternalEtcd { .. }));
    insta::assert_snapshot!(error, @"work on the etcd of the cluster lab: it runs elsewhere, at https://10.1.0.5:2379, https://etcd2.example:2379");

    let mut world = world();
    world.all_join(&kubeadms_pki());
    let planned = world.plan(Mode::Apply, Purpose::Operate(Operation::RestoreEtcd));
    let (_, bring) = planned.stages.iter().find(|(name, _)| name == "bring").unwrap();
    insta::assert_snapshot!(bring.as_ref().unwrap_err(), @"etcd runs elsewhere (`kubernetes.etcd.external`)");
}

#[test]
fn down_says_what_it_leaves() {
    let mut world = world();
    world.belongs("m1");
    let planned = world.plan(Mode::Apply, Purpose::Down);
    insta::assert_snapshot!(planned.notes.join("\n"), @"what the cluster has stored stays in its etcd, at https://10.1.0.5:2379, https://etcd2.example:2379: `etcdctl del --prefix /registry/` removes it");
}

#[test]
fn status_leaves_it_to_its_keepers() {
    let cluster = &world().site.cluster;
    let views = vec![("m1".to_owned(), View::read("## local\nok\n## endpoint\nok\n## end\n"))];
    let report = report(cluster, Asked { views, ..Asked::default() });
    assert_eq!(report.etcd.external.len(), 2);
    assert!(
        !report.problems.iter().any(|problem| problem.contains("etcd")),
        "{:?}",
        report.problems
    );
}

#[test]
fn its_members_are_asked_by_the_control_planes_with_the_certificate() {
    let world = world();
    let inventory = world.inventory();
    let none = BTreeMap::new();
    let input = preflight::Input {
        cluster: &world.site.cluster,
        facts: &inventory.facts,
        probes: &none,
        images: &[],
        bundle: None,
    };
    let tasks = preflight::tasks(&input);
    assert!(tasks["w1"].etcd.is_empty());
    assert!(!tasks["m1"].paths.iter().any(|path| [2379, 2380].contains(&path.port)));
    let script = tasks["m1"].probe_script(world.site.etcd.as_ref()).unwrap();
    assert!(script.contains("etcd \"$folder\" https://10.1.0.5:2379 &"), "{script}");
    assert!(
        script.contains("printf %s 'A PRIVATE KEY FOR ETCD\n' >\"$folder/client.key\""),
        "{script}"
    );

    let mut probe = Probe::default();
    probe.read(
        "etcd 0 yes no https://a:2379\netcd 0 yes unknown https://b:2379\netcd 56 no unknown https://c:2379\n\
         etcd unknown no unknown https://d:2379\n",
    );
    let answers: Vec<_> = probe.etcd.into_values().collect();
    let refuses = Refuses("it does not take the certificate".into());
    assert_eq!(answers, [Answers(Some(false)), Answers(None), refuses, Unknown]);
}

#[test]
fn shells_and_shellcheck_have_nothing_against_the_shell_text() {
    let mut all = BTreeMap::new();
    for version in VERSIONS {
        for secure in [false, true] {
            let kind = Kind { secure, ..kind(version) };
            let operations = Operation::ALL.into_iter().map(Some);
            for operation in std::iter::once(None).chain(operations) {
                for given in ["m1", "m2", "w1"].iter().flat_map(|host| given(kind, host, operation))
                {
                    let origin = format!("{}: {}", given.step.playbook, given.step.name);
                    all.extend(texts(&given.step).into_iter().map(|text| (text, origin.clone())));
                }
            }
        }
    }
    assert_sound(&all);
}

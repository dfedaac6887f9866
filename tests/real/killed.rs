//! A run that is killed anywhere is finished by the next.

use std::collections::BTreeSet;
use std::time::Duration;

use provisioner_tests::{Program, Random, Spec, TestLab, figure};

const HOSTS: &[&str] = &["m1", "m2", "m3", "w1", "w2", "e1"];
const CONTROL_PLANES: usize = 3;

/// Where a run is killed: at a moment within so many seconds after this stage has begun. In this
/// order, as what one run has done the next need not do; hosts do most of their work in the first.
const MOMENTS: &[(&str, f64)] = &[
    ("connect", 0.5),
    // Hosts listen for one another then, and what listens must not outlive the run.
    ("probe", 1.0),
    ("prepare", 8.0),
    ("prepare", 20.0),
    ("prepare", 20.0),
    ("init", 15.0),
    ("join", 10.0),
    ("join", 20.0),
    ("join", 20.0),
    ("network", 2.0),
    ("finish", 0.5),
];
/// How many runs are killed at least, unless `KILLS` says otherwise.
const KILLS: usize = 8;

#[test]
fn real_killed_runs_are_finished_by_the_next() {
    let wanted = std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let mut random = Random::new();
    let mut killed = 0;
    while killed < wanted {
        let lab = TestLab::new("t-killed", 11, HOSTS);
        let program = Program::new(&lab, &Spec::of(&lab));
        killed += a_cluster_out_of_killed_runs(&lab, &program, &mut random);
    }
    figure("killed", "runs killed", killed);
}

/// Kills runs on the same hosts at each of the moments; tells how many did not end before.
fn a_cluster_out_of_killed_runs(lab: &TestLab, program: &Program, random: &mut Random) -> usize {
    let mut killed = 0;
    for (stage, within) in MOMENTS {
        let mut up = program.start_up();
        up.wait_for_stage(stage);
        let moment = within * random.fraction();
        if !up.ended_within(Duration::from_secs_f64(moment)) {
            up.signal("KILL");
            killed += 1;
        }
        let up = up.finish();
        println!("{moment:.1} s into {stage}: {:?} after {:.1} s", up.code, up.seconds);
        assert!(matches!(up.code, None | Some(0)), "{}", up.account());
    }
    let up = program.up().expect(0);
    figure("killed", "the last up", format!("{:.1} s ({})", up.seconds, up.stages()));
    is_healthy(lab, program);
    killed
}

fn is_healthy(lab: &TestLab, program: &Program) {
    let path = program.home().join("kubeconfig.yaml");
    program.run("kubeconfig", &["--out", path.as_str()]).expect(0);
    let kubectl = provisioner_tests::Kubectl::new(&path);
    assert_eq!(kubectl.ready_nodes().len(), HOSTS.len());
    kubectl.wait_for_etcd("m1", CONTROL_PLANES);
    let status = program.run("status", &["--output", "json"]).expect(0);
    assert_eq!(status.json()["healthy"], true, "{}", status.stdout);
    let plan = program.plan().expect(0);
    assert_eq!(plan.changed(), BTreeSet::new(), "{}", plan.account());
    let secrets = kubectl.run(&["-n", "kube-system", "get", "secrets", "-o", "name"]);
    assert!(!secrets.contains("bootstrap-token"), "a killed run's token is valid: {secrets}");
    for host in HOSTS {
        let left = "ls -A /run/provisioner/jobs /var/lib/provisioner/pending \
                    /var/lib/provisioner/incoming 2>/dev/null | grep -v ':$' | grep .";
        let left = lab.try_shell(host, left);
        assert!(left.stdout.is_empty(), "{host}: {left:?}");
    }
}

use std::collections::BTreeSet;

use provisioner_tests::{Change, Kubectl, Run, Sampler, figure};

use crate::story::{CONTROL_PLANES, HOSTS, Story};

/// Each stage one, and the way in is a stage of its own.
const ONE_ROUND_TRIP: usize = 1;

pub(crate) fn shows_no_secret_and_does_what_was_planned(story: &mut Story, planned: &Run) {
    let sampler = Sampler::start();
    let up = story.program.start_up();
    let joining = up.wait_for(|event| {
        event["host"] == "w1" && event["step"] == "the way to join" && event["state"] == "ok"
    });
    let discovery = "cat /run/provisioner/discovery.conf";
    let token = joining.is_some().then(|| story.lab.shell("w1", discovery));
    let up = up.finish().expect(0);
    let arguments = sampler.finish();
    figure("story", "up", format!("{:.1} s ({})", up.seconds, up.stages()));

    take_secrets(story, &token.expect("a token to join with"));
    for list in &arguments {
        assert_eq!(story.secrets.find(list), None, "in the arguments of a process");
    }
    figure("story", "argument lists seen during up", arguments.len());
    shows_nothing(story, planned);
    shows_nothing(story, &up);
    compare(planned, &up);
}

/// The secrets of the cluster, from where they belong.
fn take_secrets(story: &mut Story, discovery: &str) {
    let (_, rest) = discovery.split_once(r#""token":""#).expect("a token");
    let token = rest.split('"').next().unwrap_or_default();
    let (_, secret) = token.split_once('.').expect("ID.SECRET");
    story.secrets.add("the secret of the run's token", secret);
    for key in ["ca.key", "etcd/ca.key", "front-proxy-ca.key", "sa.key"] {
        let text = story.lab.shell("m1", &format!("cat /etc/kubernetes/pki/{key}"));
        story.secrets.add(key, &text);
    }
    let admin =
        story.lab.shell("m1", "sed -n 's/.*client-key-data: //p' /etc/kubernetes/admin.conf");
    story.secrets.add("the administrator's key", &admin);
}

fn shows_nothing(story: &Story, run: &Run) {
    for said in [&run.stdout, &run.stderr] {
        assert_eq!(story.secrets.find(said), None, "in what the program says");
    }
}

/// What up changed was planned, or it was said that it could not be known.
fn compare(planned: &Run, up: &Run) {
    let (would, unknown) = (planned.changed(), planned.steps("unknown"));
    let unplanned: BTreeSet<&str> = planned
        .events
        .iter()
        .filter(|event| event["kind"] == "stage" && event["state"] == "unknown")
        .filter_map(|event| event["stage"].as_str())
        .collect();
    let in_unknown_stage = |change: &Change| {
        up.events.iter().any(|event| {
            event["step"] == *change.step
                && event["stage"].as_str().is_some_and(|stage| unplanned.contains(stage))
        })
    };
    let did = up.changed();
    let surprises: Vec<_> = did
        .iter()
        .filter(|one| !would.contains(one) && !unknown.contains(one) && !in_unknown_stage(one))
        .collect();
    assert!(surprises.is_empty(), "not planned: {surprises:#?}");
    // Of what is planned, only this turns out to be done by then: a package starts its service.
    let undone: Vec<_> = would.difference(&did).filter(|change| !is_service(change)).collect();
    assert!(undone.is_empty(), "planned, and not done: {undone:#?}");
    figure("story", "steps planned and changed by up", format!("{}, {}", would.len(), did.len()));
}

pub(crate) fn the_cluster_is_highly_available(story: &Story, kubectl: &Kubectl) {
    assert_eq!(kubectl.ready_nodes().len(), HOSTS.len());
    assert_eq!(story.holders().len(), 1, "{:?} hold the VIP", story.holders());
    kubectl.wait_for_etcd("m1", CONTROL_PLANES.len());
    let server = kubectl.run(&["config", "view", "-o", "jsonpath={.clusters[*].cluster.server}"]);
    assert_eq!(server, format!("https://{}:8443", story.vip()));
    let tokens = kubectl.run(&["-n", "kube-system", "get", "secrets", "-o", "name"]);
    assert!(!tokens.contains("bootstrap-token"), "a token is left: {tokens}");
    let status = story.program.run("status", &["--output", "json"]).expect(0);
    assert_eq!(status.json()["healthy"], true, "{}", status.stdout);
    let missing = "journalctl -u kubelet | grep 'Unable to read config path' || :";
    assert_eq!(story.lab.shell("w1", missing).trim(), "", "what its kubelet looks for is there");
    for host in HOSTS {
        assert!(!story.lab.try_shell(host, "ls /canary").status.success(), "{host}: it ran");
    }
}

pub(crate) fn again_nothing_is_done(story: &Story) {
    let up = story.program.up().expect(0);
    assert_eq!(up.changed(), BTreeSet::new(), "{}", up.account());
    assert_eq!(up.most_tasks_of_a_stage(), ONE_ROUND_TRIP);
    figure("story", "up again", format!("{:.1} s ({})", up.seconds, up.stages()));
    let plan = story.program.plan().expect(0);
    figure("story", "plan with nothing to do", format!("{:.1} s", plan.seconds));
}

/// Secrets lie in files that only their owner can read, and nowhere else.
pub(crate) fn no_secret_lies_open(story: &Story) {
    for host in HOSTS {
        let files = story.secrets.files_on(&story.lab, host);
        let open: Vec<_> = files.iter().filter(|file| !file.starts_with("600 root ")).collect();
        assert!(open.is_empty(), "{host}: {open:#?}");
        assert_eq!(story.secrets.journal_of(&story.lab, host), "", "{host}: in its journal");
        let elsewhere: Vec<_> = files
            .iter()
            .filter(|file| file.contains("/provisioner/") || file.contains("/log/"))
            .collect();
        assert!(elsewhere.is_empty(), "{host}: {elsewhere:#?}");
    }
    let keys = story.secrets.files_on(&story.lab, "m1");
    assert!(keys.iter().any(|file| file.ends_with("/pki/ca.key")), "it looks in the right places");

    let files = story.secrets.files_below(story.program.home());
    let open: Vec<_> = files.iter().filter(|(_, mode)| *mode != 0o600).collect();
    assert!(open.is_empty(), "{open:?}");
    let recorded: Vec<_> = files.iter().filter(|(path, _)| path.contains("/runs/")).collect();
    assert!(recorded.is_empty(), "{recorded:?}");
}

fn is_service(change: &Change) -> bool {
    change.step.ends_with(" runs")
}

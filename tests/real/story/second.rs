use provisioner_tests::Kubectl;

use crate::story::{HOSTS, Story, machine};

pub(crate) fn a_second_machine_needs_only_the_spec(story: &Story) {
    let second = machine(&story.lab, &story.spec);
    let status = second.run("status", &["--output", "json"]).expect(0);
    assert_eq!(status.json()["healthy"], true, "{}", status.stdout);
    let path = second.home().join("kubeconfig.yaml");
    std::fs::write(&path, second.run("kubeconfig", &[]).expect(0).stdout).expect("written");
    assert_eq!(Kubectl::new(&path).ready_nodes().len(), HOSTS.len());
}

/// The second one ends at once and says who was first. The first is held in the middle of its work.
pub(crate) fn two_runs_at_once(story: &Story) {
    let first = story.program.start_up();
    let run = first.reach("its name", |event| event["kind"] == "run");
    let run = run["run"].as_str().expect("its name");
    first.wait_for_stage("prepare");
    first.signal("STOP");
    let second = machine(&story.lab, &story.spec).up().expect(5);
    assert!(second.stdout.contains(run), "it names {run}: {}", second.account());
    first.signal("CONT");
    first.finish().expect(0);
}

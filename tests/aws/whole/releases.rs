//! Releases of the nodes' AMIs within a version of Kubernetes.

use serde_json::Value;

use crate::program::{Program, Ran};
use crate::stand_in::StandIn;
use crate::story::SPEC;

/// What AWS has published before a cluster is made, and what it publishes later.
const LATEST: &str = "1.36.1-20261101";
const EARLIER: &str = "1.36.1-20261001";
const NEWER_DAY: &str = "20261115";
const NEWER: &str = "1.36.1-20261115";

fn upgrade(program: &Program, version: &str) -> Ran {
    program.run(&["upgrade", "-f", "spec.yaml", "--to", version, "--yes"])
}

fn plan_of_upgrade(program: &Program) -> Ran {
    program.run(&["upgrade", "-f", "spec.yaml", "--to", "1.36", "--plan", "--detailed-exitcode"])
}

fn release(aws: &StandIn, group: &str) -> Value {
    aws.account()["node group"][group]["releaseVersion"].clone()
}

/// With the workers held at a release.
fn held(release: &str) -> String {
    let spec = SPEC.replace(
        "      - name: workers",
        &format!("      - name: workers\n        releaseVersion: {release}"),
    );
    assert_ne!(spec, SPEC);
    spec
}

#[test]
fn a_newer_release_is_told_and_brought_by_an_upgrade_alone() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    assert_eq!(
        (release(&aws, "workers"), release(&aws, "batch")),
        (LATEST.into(), "1.10.0-20261101".into())
    );
    plan_of_upgrade(&program).expect(0);
    let status =
        || program.run(&["status", "-f", "spec.yaml", "--output", "json"]).expect(0).json();
    let group = |name: &str| {
        let groups = status()["nodeGroups"].as_array().cloned().expect("groups");
        groups.into_iter().find(|one| one["name"] == name).expect("a group")
    };
    assert_eq!(
        (&group("workers")["release"], &group("workers")["newerRelease"]),
        (&LATEST.into(), &Value::Null)
    );

    aws.publish_release(NEWER_DAY);
    assert_eq!(group("workers")["newerRelease"], NEWER_DAY);
    assert_eq!(group("batch")["newerRelease"], "1.11.0-20261115");
    let shown = program.run(&["status", "-f", "spec.yaml"]).expect(0);
    let line = format!("{LATEST} (newer: {NEWER_DAY})");
    assert!(shown.stdout.contains(&line), "{}", shown.stdout);
    aws.forget_calls();
    program.plan().expect(0);
    program.up().expect(0);
    let planned = plan_of_upgrade(&program).expect(6);
    for line in [
        format!("-releaseVersion: {LATEST}"),
        format!("+releaseVersion: the latest, {NEWER_DAY}"),
        "+releaseVersion: the latest, 1.11.0-20261115".to_owned(),
    ] {
        assert!(planned.stdout.contains(&line), "{line}: {}", planned.stdout);
    }
    assert_eq!(aws.changes(), [""; 0], "nodes are replaced for nobody");

    let upgraded = upgrade(&program, "1.36").expect(0);
    assert!(!upgraded.stderr.contains("into the spec"), "it says so already: {}", upgraded.stderr);
    assert_eq!(aws.changes(), ["UpdateNodegroupVersion", "UpdateNodegroupVersion"]);
    assert_eq!(
        (release(&aws, "workers"), release(&aws, "batch")),
        (NEWER.into(), "1.11.0-20261115".into())
    );
    assert_eq!(group("workers")["newerRelease"], Value::Null);
    plan_of_upgrade(&program).expect(0);
    program.plan().expect(0);
}

#[test]
fn an_upgrade_to_a_release_that_fails_is_told_in_awss_words_and_finished_by_the_next() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    aws.publish_release(NEWER_DAY);
    let message = "Reached max retries while trying to evict pods from nodes in node group workers";
    aws.fail_update("workers", "PodEvictionFailure", message);
    let failed = upgrade(&program, "1.36").expect(1);
    for said in [&format!("PodEvictionFailure: {message}"), "kubectl get poddisruptionbudgets"] {
        assert!(failed.stderr.contains(said), "{said}: {}", failed.stderr);
    }
    assert_eq!(release(&aws, "workers"), LATEST);
    upgrade(&program, "1.36").expect(0);
    assert_eq!(release(&aws, "workers"), NEWER);
    plan_of_upgrade(&program).expect(0);
}

#[test]
fn a_release_that_the_spec_names_is_held_by_up() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, &held(EARLIER));
    program.up().expect(0);
    assert_eq!(
        (release(&aws, "workers"), release(&aws, "batch")),
        (EARLIER.into(), "1.10.0-20261101".into())
    );
    program.plan().expect(0);
    // An upgrade leaves it as well, and so does what replaces the nodes.
    upgrade(&program, "1.36").expect(0);
    program.set_spec(
        &held(EARLIER).replace("        min: 1", "        volume: {size: 120}\n        min: 1"),
    );
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["CreateLaunchTemplateVersion", "UpdateNodegroupVersion"]);
    assert_eq!(release(&aws, "workers"), EARLIER);

    program.set_spec(&held(LATEST));
    let plan = program.plan().expect(6);
    for line in [format!("-releaseVersion: {EARLIER}"), format!("+releaseVersion: {LATEST}")] {
        assert!(plan.stdout.contains(&line), "{line}: {}", plan.stdout);
    }
    program.up().expect(0);
    assert_eq!(release(&aws, "workers"), LATEST);
    program.plan().expect(0);

    program.set_spec(&held(NEWER));
    let refused = program.up().expect(1);
    let said =
        format!("Requested release version {NEWER} is not valid for kubernetes version 1.36");
    assert!(refused.stderr.contains(&said), "{}", refused.stderr);
    aws.publish_release(NEWER_DAY);
    program.up().expect(0);
    assert_eq!(release(&aws, "workers"), NEWER);
}

#[test]
fn an_upgrade_to_another_version_leaves_the_release_of_the_spec_behind() {
    let aws = StandIn::instant();
    let old = held("1.35.1-20261001").replace("\"1.36\"", "\"1.35\"");
    let program = Program::new(&aws, &old);
    program.up().expect(0);
    assert_eq!(release(&aws, "workers"), "1.35.1-20261001");
    let upgraded = upgrade(&program, "1.36").expect(0);
    assert_eq!(release(&aws, "workers"), LATEST);
    assert!(
        upgraded.stderr.contains("Write `version: \"1.36\"` into the spec"),
        "{}",
        upgraded.stderr
    );
    program.set_spec(&old.replace("\"1.35\"", "\"1.36\""));
    let refused = program.plan().expect(3);
    assert!(refused.stderr.contains("is for another version of Kubernetes"), "{}", refused.stderr);
    program.set_spec(SPEC);
    program.plan().expect(0);
}

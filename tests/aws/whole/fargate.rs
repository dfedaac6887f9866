//! Pods on Fargate: profiles come one at a time, change by going and coming, and go before the cluster.

use serde_json::{Value, json};

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

const PROFILES: &str = "
      - {name: system, selectors: [{namespace: kube-system, labels: {k8s-app: kube-dns}}]}
      - {name: batch, selectors: [{namespace: 'jobs-*'}], tags: {cost: batch}}
      - {name: apps, selectors: [{namespace: apps}]}
";

fn with(profiles: &str) -> String {
    SPEC.replace("    nodeGroups:\n", &format!("    fargateProfiles:{profiles}    nodeGroups:\n"))
}

fn profile(aws: &StandIn, name: &str) -> Value {
    aws.account()["fargate profile"][name].clone()
}

#[test]
fn profiles_come_one_at_a_time_and_go_with_the_cluster() {
    // So that one is still being made when the next could begin.
    let aws = StandIn::start(2000);
    let program = Program::new(&aws, &with(PROFILES)).at_pace(2000);
    let before = aws.account();
    let plan = program.plan().expect(6);
    for said in
        ["Fargate profile system", "+selectors: kube-system(k8s-app=kube-dns)", "charged by pod"]
    {
        assert!(plan.stdout.contains(said), "{said}: {}", plan.stdout);
    }
    program.up().expect(0);
    let made = profile(&aws, "batch");
    assert_eq!(made["selectors"], json!([{"namespace": "jobs-*", "labels": {}}]));
    assert_eq!((&made["tags"]["cost"], &made["status"]), (&"batch".into(), &"ACTIVE".into()));
    assert_eq!(made["subnets"].as_array().map(Vec::len), Some(3), "all private ones");
    assert_eq!(
        made["podExecutionRoleArn"],
        "arn:aws:iam::123456789012:role/prod-us-west-2-fargate"
    );
    program.plan().expect(0);
    let status = program.run(&["status", "-f", "spec.yaml", "--output", "json"]).expect(0).json();
    assert_eq!(status["fargateProfiles"].as_array().map(Vec::len), Some(3));
    program.down().expect(0);
    assert_eq!(aws.account(), before);
    let refused = aws.calls().into_iter().filter(|call| call.status >= 400);
    let refused = refused.filter(|call| call.operation.ends_with("eteFargateProfile"));
    assert_eq!(refused.count(), 0, "none was in the way of another");
}

#[test]
fn a_profile_that_differs_goes_and_is_made_anew() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, &with(PROFILES));
    program.up().expect(0);
    program.set_spec(&with(&PROFILES.replace("jobs-*", "jobs")));
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("-selectors: jobs-*"), "{}", plan.stdout);
    assert!(plan.stdout.contains("it goes, and is made anew"), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["DeleteFargateProfile", "CreateFargateProfile"]);
    program.plan().expect(0);
    program
        .set_spec(&with(&PROFILES.replace("jobs-*", "jobs").replace("cost: batch", "cost: jobs")));
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["TagResource"], "tags are changed in place");
    assert_eq!(profile(&aws, "batch")["tags"]["cost"], "jobs");
}

#[test]
fn profiles_that_the_spec_no_longer_names_go_when_that_is_asked_for() {
    let aws = StandIn::instant();
    // Addons that the spec has dropped are looked for as well.
    let _api = aws.give_api();
    let program = Program::new(&aws, &with(PROFILES));
    program.up().expect(0);
    program.set_spec(SPEC);
    let up = program.up().expect(0);
    let said = "Fargate profile batch is not in the spec: `up --prune` removes it";
    assert!(up.stderr.contains(said), "{}", up.stderr);
    program.run(&["up", "-f", "spec.yaml", "--yes", "--prune"]).expect(0);
    let account = aws.account();
    assert!(account["fargate profile"].is_null(), "{}", account["fargate profile"]);
    assert!(account["role"]["prod-us-west-2-fargate"].is_null(), "its role goes after them");
}

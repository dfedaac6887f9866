//! The policies in docs/iam cover what the commands call, and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

/// A role with a policy of its own, and pods without nodes.
const PODS: &str = "    fargateProfiles: [{name: batch, selectors: [{namespace: a}]}]
    podIdentities:
      - {namespace: a, serviceAccount: b, policy: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}}
";

fn actions(policy: &str) -> BTreeSet<String> {
    let file = format!("{}/../../docs/iam/{policy}.json", crate::venv::FOLDER);
    let text = std::fs::read_to_string(file).expect("the policy");
    let policy: Value = serde_json::from_str(&text).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().expect("a list");
    let statements = list(&policy["Statement"]);
    let actions = statements.iter().flat_map(|statement| list(&statement["Action"]));
    actions.map(|action| action.as_str().expect("an action").to_owned()).collect()
}

/// The calls as IAM calls them.
fn called(aws: &StandIn) -> BTreeSet<String> {
    let name = |(service, operation): (String, String)| match service.as_str() {
        "elb" | "elbv2" => format!("elasticloadbalancing:{operation}"),
        _ => format!("{service}:{operation}"),
    };
    aws.operations().into_iter().map(name).collect()
}

#[test]
fn each_command_is_covered_by_its_policy() {
    let aws = StandIn::instant();
    // Addons that the spec has dropped are looked for as well.
    let _api = aws.give_api();
    let spec = SPEC.replace("    # accessEntries:", &format!("{PODS}    # accessEntries:"));
    let program = Program::new(&aws, &spec);
    program.plan().expect(6);
    program.up().expect(0);
    aws.forget_calls();
    program.plan().expect(0);
    let plan = called(&aws);
    assert_eq!(plan.difference(&actions("plan")).collect::<Vec<_>>(), Vec::<&String>::new());
    aws.forget_calls();
    program.down().expect(0);
    let down = called(&aws);
    assert_eq!(down.difference(&actions("down")).collect::<Vec<_>>(), Vec::<&String>::new());
    aws.forget_calls();
    program.up().expect(0);
    let up = called(&aws);
    assert_eq!(up.difference(&actions("up")).collect::<Vec<_>>(), Vec::<&String>::new());
    aws.forget_calls();
    program.set_spec(SPEC);
    program.run(&["up", "-f", "spec.yaml", "--yes", "--prune"]).expect(0);
    let prune = called(&aws);
    assert_eq!(prune.difference(&actions("up")).collect::<Vec<_>>(), Vec::<&String>::new());
    // A plan reads, and no more.
    let reads = |action: &&String| {
        let name = action.split(':').nth(1).unwrap();
        ["Describe", "Get", "List"].iter().any(|word| name.starts_with(word))
    };
    assert!(actions("plan").iter().all(|action| reads(&action)));
}

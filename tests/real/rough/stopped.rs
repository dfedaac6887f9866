use std::collections::BTreeSet;

use provisioner_tests::Program;
use serde_json::Value;

/// Takes long enough to be interrupted in.
const LONG: &str = "the runtime and the programs that Kubernetes calls are installed";

pub(crate) fn an_interrupted_run_ends_after_its_steps(program: &Program) {
    let up = program.start_up();
    up.reach_step("w1", LONG);
    up.signal("INT");
    let up = up.finish().expect(130);
    let steps = |is: &dyn Fn(&Value) -> bool| -> BTreeSet<(String, String)> {
        let steps = up.events.iter().filter(|event| event["kind"] == "step" && is(event));
        steps.map(|event| (event["host"].to_string(), event["step"].to_string())).collect()
    };
    let started = steps(&|event| event["state"] == "started");
    let ended =
        steps(&|event| ["ok", "changed", "skipped"].map(Value::from).contains(&event["state"]));
    assert_eq!(&started - &ended, BTreeSet::new(), "every step ends: {}", up.account());
    assert!(ended.iter().any(|(_, step)| step.contains(LONG)), "{}", up.account());
    let summary = up.events.last().expect("a summary");
    assert_eq!(summary["outcome"], "interrupted", "{summary}");
}

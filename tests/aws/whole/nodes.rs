//! What nodes are started with and what becomes of them: made, changed, mended after a change by hand.

use serde_json::json;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

/// The spec with more about the group `workers`.
fn with(text: &str) -> String {
    SPEC.replace(
        "instanceTypes: [t3.medium]",
        &format!("instanceTypes: [t3.medium]\n        {text}"),
    )
}

#[test]
fn nodes_that_are_ill_are_repaired_as_the_spec_says() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, &with("nodeRepair: {maxUnhealthy: 20%, maxParallel: 2}"));
    let repair = || aws.account()["node group"]["workers"]["nodeRepairConfig"].clone();
    program.up().expect(0);
    let wanted = json!({
        "enabled": true,
        "maxUnhealthyNodeThresholdPercentage": 20,
        "maxParallelNodesRepairedCount": 2,
    });
    assert_eq!(repair(), wanted);
    assert!(aws.account()["node group"]["batch"]["nodeRepairConfig"].is_null());
    program.plan().expect(0);

    let off = "eks update-nodegroup-config --cluster-name=prod --nodegroup-name=workers \
               --node-repair-config enabled=false";
    aws.by_hand(&off.split_whitespace().collect::<Vec<_>>());
    aws.account();
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("+nodeRepair: on"), "{}", plan.stdout);
    aws.forget_calls();
    program.up().expect(0);
    assert_eq!(aws.changes(), ["UpdateNodegroupConfig"]);
    assert_eq!(repair(), wanted);

    program.set_spec(&with(
        "nodeRepair: {overrides: [{condition: KernelReady, reason: ForkFailed, waitMinutes: 5, action: Reboot}]}",
    ));
    let plan = program.plan().expect(6);
    for line in [
        "-nodeRepair.maxUnhealthy: 20%",
        "-nodeRepair.maxParallel: 2",
        "+nodeRepair.overrides: Reboot after 5 min of KernelReady=ForkFailed",
    ] {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    program.up().expect(0);
    program.plan().expect(0);
    assert_eq!(repair()["nodeRepairConfigOverrides"][0]["minRepairWaitTimeMins"], 5);

    program.set_spec(SPEC);
    let plan = program.plan().expect(6);
    assert!(plan.stdout.contains("-nodeRepair: on"), "{}", plan.stdout);
    program.up().expect(0);
    assert_eq!(repair()["enabled"], false);
    program.plan().expect(0);
}

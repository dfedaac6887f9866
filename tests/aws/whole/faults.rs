//! Faults at every call: recovered, or told with what to do; and nothing is lost.

use std::collections::BTreeSet;

use serde_json::json;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

fn operations(aws: &StandIn) -> BTreeSet<String> {
    aws.operations()
}

#[test]
fn calls_that_fail_are_repeated() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    program.up().expect(0);
    program.down().expect(0);
    let all = operations(&aws);
    // Each operation fails once; the second time after it has done its work.
    for (code, status, after) in [("ServiceUnavailable", 503, false), ("InternalError", 500, true)]
    {
        let rule = |operation: &String| json!({"operation": operation, "code": code, "status": status, "times": 1, "after": after});
        let rules = all.iter().map(rule).collect();
        recovers(&aws, &program, &rules);
        assert_eq!(aws.account(), before, "{code}");
    }
}

fn recovers(aws: &StandIn, program: &Program, rules: &serde_json::Value) {
    aws.set_faults(rules);
    let up = program.up();
    assert_eq!(up.code, Some(0), "{rules}: {}", up.stderr);
    aws.set_faults(&json!([]));
    program.plan().expect(0);
    aws.set_faults(rules);
    let down = program.down();
    assert_eq!(down.code, Some(0), "{rules}: {}", down.stderr);
    aws.set_faults(&json!([]));
}

#[test]
fn throttling_is_met_with_patience() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    let rule = |operation: &str, code: &str, status: u32| json!({"operation": operation, "code": code, "status": status, "times": 2});
    let rules = json!([
        rule("DescribeNodegroup", "TooManyRequestsException", 429),
        rule("CreateAddon", "ThrottlingException", 429),
        rule("CreateVpc", "RequestLimitExceeded", 503),
        rule("DescribeSubnets", "RequestLimitExceeded", 503),
        rule("CreateRole", "Throttling", 400),
        rule("DeleteRole", "Throttling", 400),
    ]);
    recovers(&aws, &program, &rules);
    assert_eq!(aws.account(), before);
}

#[test]
fn a_refused_call_is_told_with_what_to_do_and_the_next_run_finishes() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    let mutating: BTreeSet<_> = aws.changes().into_iter().collect();
    program.down().expect(0);
    for operation in mutating {
        aws.set_faults(&json!([{"operation": operation, "code": "AccessDeniedException",
            "message": format!("not authorized to perform {operation}"), "status": 403}]));
        let failed = program.up().expect(1);
        assert!(
            failed.stderr.contains(&format!("not authorized to perform {operation}")),
            "{}",
            failed.stderr
        );
        assert!(failed.stderr.contains("docs/iam/"), "{operation}: {}", failed.stderr);
        aws.set_faults(&json!([]));
        program.up().expect(0);
        program.plan().expect(0);
        program.down().expect(0);
    }
}

#[test]
fn what_is_refused_when_something_is_still_in_use_is_tried_again() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    program.up().expect(0);
    let rule = |operation: &str| json!({"operation": operation, "code": "DependencyViolation", "times": 3});
    let operations = ["DeleteSubnet", "DeleteVpc", "DeleteSecurityGroup", "DetachInternetGateway"];
    aws.set_faults(&operations.into_iter().map(rule).collect());
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn no_credentials_and_the_wrong_account_are_told_before_anything_is_done() {
    let aws = StandIn::instant();
    let program = Program::new(
        &aws,
        &SPEC.replace("# account: \"123456789012\"", "account: \"999999999999\""),
    );
    let refused = program.up().expect(1);
    assert!(
        refused.stderr.contains("123456789012: the spec is for 999999999999"),
        "{}",
        refused.stderr
    );
    aws.set_faults(
        &json!([{"operation": "GetCallerIdentity", "code": "ExpiredToken", "status": 403}]),
    );
    let refused = program.up().expect(1);
    assert!(refused.stderr.contains("log in again"), "{}", refused.stderr);
    assert_eq!(aws.changes(), [""; 0]);
}

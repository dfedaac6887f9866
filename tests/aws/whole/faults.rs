//! Faults at every call: recovered, or told with what to do; and nothing is lost.

use std::collections::BTreeSet;

use serde_json::json;

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

fn operations(aws: &StandIn) -> BTreeSet<String> {
    aws.operations().into_iter().map(|(_, operation)| operation).collect()
}

#[test]
fn throttled_and_failing_calls_are_repeated() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let before = aws.account();
    program.up().expect(0);
    program.down().expect(0);
    let all = operations(&aws);
    // Each operation fails once, in the ways that the services have, some having done their work.
    let kinds = [
        ("TooManyRequestsException", 429, false),
        ("ServiceUnavailable", 503, false),
        ("InternalError", 500, true),
    ];
    for (code, status, after) in kinds {
        let rule = |operation: &String| json!({"operation": operation, "code": code, "status": status, "times": 1, "after": after});
        aws.set_faults(&all.iter().map(rule).collect());
        let up = program.run(&["up", "-f", "spec.yaml", "--yes"]);
        assert_eq!(up.code, Some(0), "{code}: {}", up.stderr);
        aws.set_faults(&json!([]));
        program.plan().expect(0);
        aws.set_faults(&all.iter().map(rule).collect());
        let down = program.down();
        assert_eq!(down.code, Some(0), "{code}: {}", down.stderr);
        aws.set_faults(&json!([]));
        assert_eq!(aws.account(), before, "{code}");
    }
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

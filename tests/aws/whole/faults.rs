//! Faults at every call: recovered, or told with what to do; and nothing is lost.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::everything::SPEC as EVERYTHING;
use crate::program::Program;
use crate::shape::shape;
use crate::stand_in::StandIn;
use crate::story::SPEC;

const UP: [&str; 4] = ["up", "-f", "spec.yaml", "--yes"];
const DOWN: [&str; 4] = ["down", "-f", "spec.yaml", "--yes"];

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Twice, in the service's own words for it.
    Throttled,
    /// The call has done its work, and there is no answer.
    AnswerLost,
    /// As long as nobody gives the right.
    Denied,
}

impl Fault {
    fn rule(self, operation: &str, service: &str) -> Value {
        match self {
            Self::Throttled => {
                let (code, status) = match service {
                    "ec2" => ("RequestLimitExceeded", 503),
                    "eks" => ("TooManyRequestsException", 429),
                    _ => ("Throttling", 400),
                };
                json!({"operation": operation, "code": code, "status": status, "times": 2})
            }
            Self::AnswerLost => {
                let code = if service == "eks" { "ServerException" } else { "InternalError" };
                json!({"operation": operation, "code": code, "status": 500, "times": 1, "after": true})
            }
            Self::Denied => {
                let code = match service {
                    "ec2" => "UnauthorizedOperation",
                    "eks" => "AccessDeniedException",
                    _ => "AccessDenied",
                };
                let message = format!("not authorized to perform: {operation}");
                json!({"operation": operation, "code": code, "status": 403, "message": message})
            }
        }
    }
}

/// A command, each of its calls with a fault, and what has to be there in the end all the same.
struct Command<'a> {
    base: StandIn,
    arguments: &'a [&'a str],
    wanted: Value,
    /// Its operations with their services, those that change something, or those that read.
    operations: BTreeMap<String, String>,
}

impl<'a> Command<'a> {
    fn new(base: StandIn, arguments: &'a [&'a str], mutating: bool) -> Self {
        let aws = base.copy();
        aws.forget_calls();
        Program::new(&aws, EVERYTHING).run(arguments).expect(0);
        let calls = aws.calls().into_iter().filter(|call| call.mutating == mutating);
        let operations = calls.map(|call| (call.operation, call.service)).collect();
        let wanted = shape(&aws.account());
        Self { base, arguments, wanted, operations }
    }

    /// From nothing.
    fn up() -> Self {
        Self::new(StandIn::instant(), &UP, true)
    }

    /// With nothing to change.
    fn up_again() -> Self {
        Self::new(made(), &UP, false)
    }

    fn down(mutating: bool) -> Self {
        Self::new(made(), &DOWN, mutating)
    }

    /// Meets each operation with the fault, alone; a line for each.
    fn meets(&self, fault: Fault) {
        assert!(self.operations.len() > 15, "{:?}", self.operations);
        for (operation, service) in &self.operations {
            let aws = self.base.copy();
            let program = Program::new(&aws, EVERYTHING);
            aws.forget_calls();
            aws.set_faults(&json!([fault.rule(operation, service)]));
            let ran = program.run(self.arguments);
            let what = format!("{} with {operation} {fault:?}", self.arguments[0]);
            assert!(aws.has_failed(), "{what}: nothing has gone wrong");
            if fault == Fault::Denied {
                assert_eq!(ran.code, Some(1), "{what}\n{}", ran.stderr);
                let said = format!("not authorized to perform: {operation}");
                assert!(ran.stderr.contains(&said), "{what}: {}", ran.stderr);
                assert!(ran.stderr.contains("docs/iam/"), "{what}: {}", ran.stderr);
                aws.set_faults(&json!([]));
                program.run(self.arguments).expect(0);
            } else {
                assert_eq!(ran.code, Some(0), "{what}\n{}", ran.stderr);
            }
            assert_eq!(shape(&aws.account()), self.wanted, "{what}");
            let outcome = match fault {
                Fault::Denied => "told with what to do; finished by the next run",
                Fault::Throttled | Fault::AnswerLost => "recovered",
            };
            println!(
                "figure: faults: {:4} | {operation:30} | {fault:?}: {outcome}",
                self.arguments[0]
            );
        }
    }
}

fn made() -> StandIn {
    let aws = StandIn::instant();
    Program::new(&aws, EVERYTHING).up().expect(0);
    aws
}

#[test]
fn changes_of_up_are_throttled() {
    Command::up().meets(Fault::Throttled);
}

#[test]
fn answers_to_changes_of_up_are_lost() {
    Command::up().meets(Fault::AnswerLost);
}

#[test]
fn changes_of_up_are_denied() {
    Command::up().meets(Fault::Denied);
}

#[test]
fn changes_of_down_are_throttled() {
    Command::down(true).meets(Fault::Throttled);
}

#[test]
fn answers_to_changes_of_down_are_lost() {
    Command::down(true).meets(Fault::AnswerLost);
}

#[test]
fn changes_of_down_are_denied() {
    Command::down(true).meets(Fault::Denied);
}

#[test]
fn what_up_reads_is_throttled_or_denied() {
    let command = Command::up_again();
    command.meets(Fault::Throttled);
    command.meets(Fault::Denied);
}

#[test]
fn what_down_reads_is_throttled_or_denied() {
    let command = Command::down(false);
    command.meets(Fault::Throttled);
    command.meets(Fault::Denied);
}

/// What services say of a role that IAM has not shown them yet.
const NOT_YET_VISIBLE: [&str; 8] = [
    "Role with arn: arn:aws:iam::123456789012:role/x, does not exist",
    "Error in role params",
    "Role could not be assumed because the trusted entity is not correct",
    "The provided role doesn't have the Amazon EKS Managed Policies associated with it",
    "IAM role's policy must include the `sts:AssumeRole` action",
    "eks.amazonaws.com is not authorized to perform: sts:AssumeRole on the role",
    "Trust relationship and permissions of the role are not right",
    "Misconfigured PodExecutionRole Trust Policy",
];

#[test]
fn a_role_that_is_not_visible_yet_is_waited_for_whatever_is_said_of_it() {
    let base = StandIn::instant();
    let operations = [
        "CreateCluster",
        "CreateNodegroup",
        "CreateFargateProfile",
        "CreateAddon",
        "CreatePodIdentityAssociation",
    ];
    for operation in operations {
        let aws = base.copy();
        let rule = |message: &&str| json!({"operation": operation, "code": "InvalidParameterException", "message": message, "times": 1});
        aws.set_faults(&NOT_YET_VISIBLE.iter().map(rule).collect());
        let up = Program::new(&aws, EVERYTHING).up();
        assert_eq!(up.code, Some(0), "{operation}: {}", up.stderr);
        let refused = aws.calls().into_iter().filter(|call| call.status == 400).count();
        assert_eq!(refused, NOT_YET_VISIBLE.len(), "{operation}");
        println!(
            "figure: faults: up   | {operation:30} | role not visible, in {refused} ways: recovered"
        );
    }
}

#[test]
fn a_quota_is_told_and_the_next_run_goes_on() {
    let base = StandIn::instant();
    let quotas = [
        ("CreateVpc", "VpcLimitExceeded"),
        ("CreateInternetGateway", "InternetGatewayLimitExceeded"),
        ("AllocateAddress", "AddressLimitExceeded"),
        ("CreateNatGateway", "NatGatewayLimitExceeded"),
        ("CreateRole", "LimitExceeded"),
        ("CreateCluster", "ResourceLimitExceededException"),
        ("CreateNodegroup", "ResourceLimitExceededException"),
    ];
    for (operation, code) in quotas {
        let aws = base.copy();
        let program = Program::new(&aws, EVERYTHING);
        aws.set_faults(
            &json!([{"operation": operation, "code": code, "message": "no more of these"}]),
        );
        let up = program.up().expect(1);
        assert!(up.stderr.contains("no more of these"), "{operation}: {}", up.stderr);
        assert!(up.stderr.contains("see Service Quotas"), "{operation}: {}", up.stderr);
        aws.set_faults(&json!([]));
        program.up().expect(0);
        program.plan().expect(0);
        println!(
            "figure: faults: up   | {operation:30} | {code}: told with what to do; finished by the next run"
        );
    }
}

#[test]
fn a_node_group_without_capacity_is_told_and_made_anew_on_request() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, EVERYTHING);
    let message = "We currently do not have sufficient t3.medium capacity in us-west-2a";
    aws.fail_node_group("workers", "InsufficientInstanceCapacity", message);
    let failed = program.up().expect(1);
    for said in ["InsufficientInstanceCapacity", message, "up --replace-failed"] {
        assert!(failed.stderr.contains(said), "{said}: {}", failed.stderr);
    }
    program.up().expect(1);
    program.run(&[&UP[..], &["--replace-failed"]].concat()).expect(0);
    program.plan().expect(0);
}

#[test]
fn a_zone_without_room_for_a_control_plane_is_told_with_those_that_have_it() {
    let aws = StandIn::instant();
    let program = Program::new(&aws, EVERYTHING);
    let before = aws.account();
    aws.close_zone("us-west-2b");
    let failed = program.up().expect(1);
    for said in ["eks.zones", "us-west-2a, us-west-2c, us-west-2d"] {
        assert!(failed.stderr.contains(said), "{said}: {}", failed.stderr);
    }
    program.set_spec(&EVERYTHING.replace("us-west-2b", "us-west-2c"));
    program.up().expect(0);
    program.plan().expect(0);
    program.down().expect(0);
    assert_eq!(aws.account(), before);
}

#[test]
fn a_zone_that_lacks_an_instance_type_is_told_before_anything_is_made() {
    let aws = StandIn::instant();
    let spec = EVERYTHING.replace("us-west-2b", "us-west-2d").replace("t3.medium", "c4.large");
    let refused = Program::new(&aws, &spec).up().expect(1);
    for said in ["workers in us-west-2d", "AWS has no c4.large there", "us-west-2a, us-west-2b"] {
        assert!(refused.stderr.contains(said), "{said}: {}", refused.stderr);
    }
    assert_eq!(aws.changes(), [""; 0]);
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

//! Runs that were killed are finished by the next, and nothing is there twice.

use serde_json::{Map, Value};

use crate::program::Program;
use crate::stand_in::StandIn;
use crate::story::SPEC;

/// The account with everything that differs from run to run taken out: how many there are of each
/// kind, under which names, and with how many of what is inside.
fn shape(account: &Value) -> Value {
    let of_kind = |kind: &Value| {
        let each = kind.as_object().into_iter().flatten().map(|(id, one)| {
            let name = one["tags"]["provisioner.dev/resource"].as_str().unwrap_or_default();
            let count = |key: &str| one[key].as_array().map_or(0, Vec::len);
            let kept = ["status", "state", "version", "name"].map(|key| one[key].clone());
            let id = if one["tags"].is_object() && !name.is_empty() { "" } else { id.as_str() };
            let id = if id.contains('-') && id.len() > 17 { "" } else { id };
            format!("{name} {id} {} {} {kept:?}", count("routes"), count("subnets"))
        });
        let mut each: Vec<_> = each.collect();
        each.sort();
        each
    };
    let kinds = account.as_object().into_iter().flatten();
    Value::Object(
        kinds.map(|(kind, found)| (kind.clone(), of_kind(found).into())).collect::<Map<_, _>>(),
    )
}

/// Kills a run after its Nth change, for every N of a part of them: tests run beside one another.
fn up_killed_everywhere(part: usize, parts: usize) {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let empty = shape(&aws.account());
    program.up().expect(0);
    let wanted = shape(&aws.account());
    let changes = aws.changes().len();
    program.down().expect(0);
    assert_eq!(shape(&aws.account()), empty);
    let mut killed = 0;
    for after in (1..=changes).filter(|number| number % parts == part) {
        aws.forget_calls();
        aws.hold_after(after);
        killed += usize::from(program.killed(&aws, &["up", "-f", "spec.yaml", "--yes"]));
        let last = aws.changes().last().cloned().unwrap_or_default();
        program.up().expect(0);
        assert_eq!(shape(&aws.account()), wanted, "killed after change {after}, {last}");
        program.plan().expect(0);
        program.down().expect(0);
        assert_eq!(shape(&aws.account()), empty, "down after a run killed after {last}");
    }
    println!("figure: killed: up: {killed} of {changes} changes");
    assert!(killed >= changes / parts - 1, "{killed} of {changes}");
}

fn down_killed_everywhere(part: usize, parts: usize) {
    let aws = StandIn::instant();
    let program = Program::new(&aws, SPEC);
    let empty = shape(&aws.account());
    program.up().expect(0);
    aws.forget_calls();
    program.down().expect(0);
    let changes = aws.changes().len();
    let mut killed = 0;
    for after in (1..=changes).filter(|number| number % parts == part) {
        program.up().expect(0);
        aws.forget_calls();
        aws.hold_after(after);
        killed += usize::from(program.killed(&aws, &["down", "-f", "spec.yaml", "--yes"]));
        let last = aws.changes().last().cloned().unwrap_or_default();
        program.down().expect(0);
        assert_eq!(shape(&aws.account()), empty, "killed after change {after}, {last}");
    }
    println!("figure: killed: down: {killed} of {changes} changes");
    assert!(killed >= changes / parts - 1, "{killed} of {changes}");
}

#[test]
fn up_is_finished_after_a_kill_anywhere_first_half() {
    up_killed_everywhere(0, 2);
}

#[test]
fn up_is_finished_after_a_kill_anywhere_second_half() {
    up_killed_everywhere(1, 2);
}

#[test]
fn down_is_finished_after_a_kill_anywhere() {
    down_killed_everywhere(0, 1);
}

#[test]
fn an_interrupted_run_does_not_wait_for_aws_and_goes_on_later() {
    let aws = StandIn::start(600);
    let program = Program::new(&aws, SPEC).at_pace(600);
    let before = shape(&aws.account());
    let up = ["up", "-f", "spec.yaml", "--yes"];
    assert_eq!(program.interrupted(&aws, "CreateCluster", &up), Some(130));
    assert_eq!(aws.account()["cluster"]["prod"]["status"], "CREATING");
    program.up().expect(0);
    program.plan().expect(0);
    let down = ["down", "-f", "spec.yaml", "--yes"];
    assert_eq!(program.interrupted(&aws, "DeleteCluster", &down), Some(130));
    program.down().expect(0);
    assert_eq!(shape(&aws.account()), before);
}

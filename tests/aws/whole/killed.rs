//! Runs that were killed are finished by the next, and nothing is there twice.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::everything::{CHANGED, SPEC};
use crate::program::Program;
use crate::shape::shape;
use crate::stand_in::StandIn;

const UP: [&str; 4] = ["up", "-f", "spec.yaml", "--yes"];
const PRUNE: [&str; 5] = ["up", "-f", "spec.yaml", "--yes", "--prune"];
const DOWN: [&str; 4] = ["down", "-f", "spec.yaml", "--yes"];

/// A run that is killed after each of its changes, and what has to be there once it was run again.
struct Killed<'a> {
    /// What is there before.
    base: &'a StandIn,
    spec: &'a str,
    arguments: &'a [&'a str],
    wanted: Value,
    /// What `down` has to leave, right after the kill; not asked for where that is the run itself.
    empty: Option<Value>,
}

impl Killed<'_> {
    /// After its Nth change, for every N of a part of them: tests run beside one another.
    fn everywhere(&self, part: usize, parts: usize) {
        let aws = self.base.copy();
        Program::new(&aws, self.spec).run(self.arguments).expect(0);
        assert_same(&shape(&aws.account()), &self.wanted, "without a kill");
        let changes = aws.changes();
        let mut seen = BTreeSet::new();
        let mine: Vec<_> = (1..=changes.len()).filter(|number| number % parts == part).collect();
        for after in &mine {
            seen.extend(self.once(*after));
        }
        let (killed, of) = (seen.len(), changes.iter().collect::<BTreeSet<_>>().len());
        let what = self.arguments[0];
        println!(
            "figure: killed: {what}: after {} of {} changes, {killed} of {of} kinds of calls in this part",
            mine.len(),
            changes.len()
        );
        assert!(!seen.is_empty());
    }

    /// The call that was answered no more.
    fn once(&self, after: usize) -> Option<String> {
        let aws = self.base.copy();
        let program = Program::new(&aws, self.spec);
        aws.hold_after(after);
        let killed = program.killed(&aws, self.arguments);
        let last = aws.changes().last().cloned().unwrap_or_default();
        let what = format!("{} killed after change {after}, {last}", self.arguments[0]);
        if let Some(empty) = &self.empty {
            let aws = aws.copy();
            Program::new(&aws, self.spec).run(&DOWN).expect(0);
            assert_same(&shape(&aws.account()), empty, &format!("down, {what}"));
        }
        program.run(self.arguments).expect(0);
        assert_same(&shape(&aws.account()), &self.wanted, &what);
        killed.then_some(last)
    }
}

/// Shows what differs alone.
#[track_caller]
fn assert_same(is: &Value, wanted: &Value, what: &str) {
    let lines = |value: &Value| {
        let kinds = value.as_object().into_iter().flatten();
        let lines = kinds.flat_map(|(kind, each)| {
            let each = each.as_array().into_iter().flatten();
            each.map(move |one| format!("{kind}: {one}")).collect::<Vec<_>>()
        });
        lines.collect::<Vec<String>>()
    };
    let (is, wanted) = (lines(is), lines(wanted));
    let only = |these: &[String], others: &[String]| {
        let only = these.iter().filter(|line| !others.contains(line));
        only.cloned().collect::<Vec<_>>().join("\n")
    };
    let (more, less) = (only(&is, &wanted), only(&wanted, &is));
    assert!(is == wanted, "{what}\nis there:\n{more}\nis missing:\n{less}");
}

/// Whether it is also looked at what `down` leaves right after each kill.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Again,
    DownAndAgain,
}

fn up(part: usize, parts: usize, then: Then) {
    let base = StandIn::instant();
    let aws = base.copy();
    let program = Program::new(&aws, SPEC);
    program.up().expect(0);
    program.plan().expect(0);
    let wanted = shape(&aws.account());
    let empty = (then == Then::DownAndAgain).then(|| shape(&base.account()));
    Killed { base: &base, spec: SPEC, arguments: &UP, wanted, empty }.everywhere(part, parts);
}

/// A run that changes what is there, in place, by replacement and by removal.
fn change(part: usize, parts: usize, then: Then) {
    let base = StandIn::instant();
    // Addons that the spec has dropped are looked for as well.
    let api = base.give_api();
    let empty = (then == Then::DownAndAgain).then(|| shape(&base.account()));
    Program::new(&base, SPEC).up().expect(0);
    base.forget_calls();
    let aws = base.copy();
    let program = Program::new(&aws, CHANGED);
    program.run(&PRUNE).expect(0);
    program.plan().expect(0);
    let wanted = shape(&aws.account());
    Killed { base: &base, spec: CHANGED, arguments: &PRUNE, wanted, empty }.everywhere(part, parts);
    drop(api);
}

fn down(part: usize, parts: usize) {
    let base = StandIn::instant();
    let wanted = shape(&base.account());
    Program::new(&base, SPEC).up().expect(0);
    base.forget_calls();
    Killed { base: &base, spec: SPEC, arguments: &DOWN, wanted, empty: None }
        .everywhere(part, parts);
}

#[test]
fn up_is_finished_after_a_kill_anywhere_first_half() {
    up(0, 2, Then::Again);
}

#[test]
fn up_is_finished_after_a_kill_anywhere_second_half() {
    up(1, 2, Then::Again);
}

#[test]
fn a_change_is_finished_after_a_kill_anywhere_first_half() {
    change(0, 2, Then::Again);
}

#[test]
fn a_change_is_finished_after_a_kill_anywhere_second_half() {
    change(1, 2, Then::Again);
}

#[test]
fn down_is_finished_after_a_kill_anywhere_first_half() {
    down(0, 2);
}

#[test]
fn down_is_finished_after_a_kill_anywhere_second_half() {
    down(1, 2);
}

#[test]
#[ignore = "many minutes: `make soak`"]
fn down_leaves_nothing_of_an_up_that_was_killed_anywhere() {
    up(0, 1, Then::DownAndAgain);
}

#[test]
#[ignore = "many minutes: `make soak`"]
fn down_leaves_nothing_of_a_change_that_was_killed_anywhere() {
    change(0, 1, Then::DownAndAgain);
}

#[test]
fn an_interrupted_run_does_not_wait_for_aws_and_goes_on_later() {
    let aws = StandIn::start(600);
    let program = Program::new(&aws, SPEC).at_pace(600);
    let before = shape(&aws.account());
    assert_eq!(program.interrupted(&aws, "CreateCluster", &UP), Some(130));
    assert_eq!(aws.account()["cluster"]["prod"]["status"], "CREATING");
    program.up().expect(0);
    program.plan().expect(0);
    assert_eq!(program.interrupted(&aws, "DeleteCluster", &DOWN), Some(130));
    program.down().expect(0);
    assert_eq!(shape(&aws.account()), before);
}

use provisioner_engine::{EventKind, FailureKind, Mode, Outcome, Summary};

use super::{UP, events};
use crate::exit::Exit;

fn failed_run() -> Summary {
    match events(UP).pop().unwrap().kind {
        EventKind::Summary(summary) => summary,
        _ => panic!("a run ends with its summary"),
    }
}

#[test]
fn how_a_run_ends_decides_the_exit_code() {
    let run = |outcome| Exit::of_run(&Summary { outcome, mode: Mode::Apply, ..failed_run() });
    assert_eq!(run(Outcome::Failed), Exit::Failed);
    assert_eq!(run(Outcome::Done), Exit::Done);
    assert_eq!(run(Outcome::ChangesPending), Exit::Done);
    assert_eq!(run(Outcome::Interrupted), Exit::Interrupted);
    let mut held = failed_run();
    held.failures[1].kind = FailureKind::LockHeld { by: "ops@elsewhere".to_owned() };
    assert_eq!(Exit::of_run(&held), Exit::LockHeld);
}

#[test]
fn the_codes_are_those_that_scripts_rely_on() {
    assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3, 4, 5, 6, 130]);
}

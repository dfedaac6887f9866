//! A plan tells as much as can be known.

use super::scripted::{Act, CHANGED, FAILED, Fixed, OK, Ran, execute, fixed, stage, task};
use crate::{FailureKind, Interrupt, Mode, Outcome, PlanError, Planner, State};

async fn check(planner: &mut dyn Planner<Act>) -> Ran {
    execute(planner, Mode::Check, 100, &Interrupt::default()).await
}

#[tokio::test(start_paused = true)]
async fn nothing_to_change_is_done() {
    let ran = check(&mut fixed(vec![stage("base", vec![task("m1", &[], &[OK])])])).await;
    assert_eq!(ran.outcome.summary.outcome, Outcome::Done);
}

#[tokio::test(start_paused = true)]
async fn changed_or_unknown_steps_are_pending() {
    for act in [CHANGED, Act::End(10, State::Unknown)] {
        let ran = check(&mut fixed(vec![stage("base", vec![task("m1", &[], &[act])])])).await;
        assert_eq!(ran.outcome.summary.outcome, Outcome::ChangesPending);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_stops_neither_dependents_nor_later_stages() {
    let ran = check(&mut fixed(vec![
        stage("join", vec![task("m1", &[], &[FAILED]), task("m2", &["m1"], &[CHANGED])]),
        stage("addons", vec![task("m1", &[], &[CHANGED])]),
    ]))
    .await;
    assert_eq!(ran.host("join", "m2").unwrap().0, State::Changed);
    assert_eq!(ran.host("addons", "m1").unwrap().0, State::Changed);
    assert_eq!(ran.outcome.summary.outcome, Outcome::Failed);
    assert_eq!(ran.outcome.summary.changed, 2);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_cannot_be_reached_is_tried_once() {
    let lost = Act::Abandon(FailureKind::Unreachable);
    let both = |acts: &[Act]| vec![task("m1", &[], acts), task("m2", &[], &[OK])];
    let ran =
        check(&mut fixed(vec![stage("base", both(&[lost])), stage("join", both(&[OK]))])).await;
    assert_eq!(ran.host("join", "m1"), Some((State::Skipped, Some("gone".to_owned()))));
    assert_eq!(ran.host("join", "m2").unwrap().0, State::Ok);
    assert_eq!(ran.outcome.summary.failed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_cannot_be_planned_yet_is_unknown_and_no_failure() {
    let error = PlanError::NotYetKnown { what: "the pod range of m1".to_owned() };
    let plan = Ok(stage("last", vec![task("m1", &[], &[OK])]));
    let mut planner = Fixed(vec![("routes".to_owned(), Err(error)), ("last".to_owned(), plan)]);
    let ran = check(&mut planner).await;
    assert_eq!([ran.stage("routes"), ran.stage("last")], [State::Unknown, State::Ok]);
    let summary = ran.outcome.summary;
    assert_eq!((summary.outcome, summary.unknown), (Outcome::ChangesPending, 1));
}

//! Stopping once, and at once.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::scripted::{Act, OK, Ran, execute, fixed, stage, task};
use crate::{Interrupt, Mode, Outcome, State};

/// Two targets, one after the other, with steps of a second each; and a later stage.
async fn interrupted_after(milliseconds: &[u64]) -> (Ran, Duration) {
    let second = || Act::End(1000, State::Changed);
    let mut planner = fixed(vec![
        stage(
            "join",
            vec![task("m1", &[], &[second(), second()]), task("m2", &["m1"], &[second()])],
        ),
        stage("addons", vec![task("m1", &[], &[OK])]),
    ]);
    let interrupt = Interrupt::default();
    let (handle, times) = (interrupt.clone(), milliseconds.to_vec());
    tokio::spawn(async move {
        for time in times {
            sleep(Duration::from_millis(time)).await;
            handle.request();
        }
    });
    let begun = Instant::now();
    let ran = execute(&mut planner, Mode::Apply, 9, &interrupt).await;
    (ran, begun.elapsed())
}

#[tokio::test(start_paused = true)]
async fn the_first_finishes_the_running_steps_and_begins_no_other() {
    let (ran, took) = interrupted_after(&[500]).await;
    assert_eq!(took, Duration::from_secs(1));
    let summary = &ran.outcome.summary;
    assert_eq!(summary.outcome, Outcome::Interrupted);
    assert_eq!((summary.changed, summary.unknown, summary.failed), (1, 0, 0));
    let interrupted = |state| Some((state, Some("interrupted".to_owned())));
    assert_eq!(ran.host("join", "m1"), interrupted(State::Unknown));
    assert_eq!(ran.host("join", "m2"), interrupted(State::Skipped));
    assert_eq!([ran.stage("join"), ran.stage("addons")], [State::Unknown, State::Skipped]);
}

#[tokio::test(start_paused = true)]
async fn the_second_drops_the_running_steps() {
    let (ran, took) = interrupted_after(&[500, 100]).await;
    assert_eq!(took, Duration::from_millis(600));
    let summary = &ran.outcome.summary;
    assert_eq!(summary.outcome, Outcome::Interrupted);
    assert_eq!((summary.changed, summary.unknown, summary.failed), (0, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn before_anything_began_nothing_begins() {
    let interrupt = Interrupt::default();
    interrupt.request();
    let mut planner = fixed(vec![stage("base", vec![task("m1", &[], &[OK])])]);
    let ran = execute(&mut planner, Mode::Apply, 9, &interrupt).await;
    assert_eq!(ran.outcome.summary.outcome, Outcome::Interrupted);
    assert!(ran.story().is_empty());
}

#[tokio::test(start_paused = true)]
async fn during_the_very_last_step_it_changes_nothing() {
    let (ran, _) = interrupted_after(&[3005]).await;
    assert_eq!(ran.outcome.summary.outcome, Outcome::Done);
}

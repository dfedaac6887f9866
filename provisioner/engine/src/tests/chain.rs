use std::sync::Arc;

use super::scripted::{CHANGED, FAILED, OK, ScriptedDriver, execute_with, fixed, stage, task};
use crate::{Both, Chain, Interrupt, Mode, Outcome, State};

#[tokio::test(start_paused = true)]
async fn the_stages_of_the_second_follow_those_of_the_first() {
    let mut first = fixed(vec![stage("hosts", vec![task("m1", &[], &[CHANGED])])]);
    let mut second = fixed(vec![stage("addons", vec![task("addon/x", &[], &[OK, CHANGED])])]);
    let driver = Arc::new(Both::new(Arc::new(ScriptedDriver), Arc::new(ScriptedDriver)));
    let mut chain = Chain::new(&mut first, &mut second);
    let ran = execute_with(&mut chain, driver, Mode::Apply, 100, &Interrupt::default()).await;
    assert_eq!(ran.outcome.summary.outcome, Outcome::Done);
    assert_eq!(ran.outcome.summary.changed, 2);
    assert_eq!([ran.stage("hosts"), ran.stage("addons")], [State::Changed, State::Changed]);
    assert_eq!(ran.host("addons", "addon/x").unwrap().0, State::Changed);
}

#[tokio::test(start_paused = true)]
async fn what_fails_in_the_first_ends_the_second() {
    let mut first = fixed(vec![stage("hosts", vec![task("m1", &[], &[FAILED])])]);
    let mut second = fixed(vec![stage("addons", vec![task("addon/x", &[], &[OK])])]);
    let driver = Arc::new(Both::new(Arc::new(ScriptedDriver), Arc::new(ScriptedDriver)));
    let mut chain = Chain::new(&mut first, &mut second);
    let ran = execute_with(&mut chain, driver, Mode::Apply, 100, &Interrupt::default()).await;
    assert_eq!([ran.stage("hosts"), ran.stage("addons")], [State::Failed, State::Skipped]);
}

//! Order, the limit of parallelism, and what a failure stops.

use std::time::Duration;

use tokio::time::Instant;

use super::scripted::{Act, CHANGED, FAILED, Fixed, OK, Ran, apply, execute, fixed, stage, task};
use crate::{FailureKind, Interrupt, Mode, Outcome, PlanError, Planner, Registered, Stage, State};

fn skipped(reason: &str) -> (State, Option<String>) {
    (State::Skipped, Some(reason.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn all_targets_of_a_stage_run_at_once_and_stages_one_after_the_other() {
    let tasks = |()| ["m1", "m2", "w1"].map(|host| task(host, &[], &[CHANGED])).to_vec();
    let begun = Instant::now();
    let ran = apply(["base", "join"].map(|name| stage(name, tasks(()))).to_vec()).await;

    assert_eq!(begun.elapsed(), Duration::from_millis(20));
    assert_eq!(ran.outcome.summary.outcome, Outcome::Done);
    assert_eq!(ran.outcome.summary.changed, 6);
}

#[tokio::test(start_paused = true)]
async fn a_task_waits_for_those_it_comes_after() {
    // Named in the wrong order on purpose.
    let tasks =
        vec![task("m3", &["m1", "m2"], &[OK]), task("m2", &["m1"], &[OK]), task("m1", &[], &[OK])];
    let ran = apply(vec![stage("join", tasks)]).await;

    let expected = ["m1 Started", "m1 Ok", "m2 Started", "m2 Ok", "m3 Started", "m3 Ok"];
    assert_eq!(ran.story(), expected);
    let timing = &ran.outcome.summary.stages[0];
    assert_eq!(timing.waited_for.as_deref(), Some("m3"));
    assert!((timing.seconds - 0.03).abs() < 1e-9, "{timing:?}");
}

#[tokio::test(start_paused = true)]
async fn a_target_without_a_task_in_the_stage_is_not_waited_for() {
    let ran = apply(vec![stage("join", vec![task("m2", &["m1"], &[OK])])]).await;
    assert_eq!(ran.outcome.summary.outcome, Outcome::Done);
}

#[tokio::test(start_paused = true)]
async fn tasks_that_wait_for_each_other_fail_instead_of_hanging() {
    let tasks =
        vec![task("m1", &["m2"], &[OK]), task("m2", &["m1"], &[OK]), task("w1", &[], &[OK])];
    let ran = apply(vec![stage("join", tasks)]).await;

    let failures = &ran.outcome.summary.failures;
    assert_eq!(failures.len(), 2);
    assert_eq!(failures[0].error, "it and m2 wait for each other");
    assert_eq!(ran.host("join", "w1").unwrap().0, State::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_failure_skips_its_dependents_and_later_stages_and_nothing_else() {
    let ran = apply(vec![
        stage(
            "join",
            vec![
                task("m3", &["m2"], &[OK]),
                task("m2", &["m1"], &[OK]),
                task("m1", &[], &[OK, FAILED, OK]),
                task("w1", &[], &[Act::End(500, State::Changed)]),
            ],
        ),
        stage("addons", vec![task("w1", &[], &[OK])]),
    ])
    .await;

    assert_eq!(ran.host("join", "m2"), Some(skipped("m1 failed")));
    assert_eq!(ran.host("join", "m3"), Some(skipped("m2 was skipped")));
    assert_eq!(ran.host("join", "w1").unwrap().0, State::Changed);
    assert_eq!(ran.host("addons", "w1"), None);
    assert_eq!([ran.stage("join"), ran.stage("addons")], [State::Failed, State::Skipped]);
    let summary = &ran.outcome.summary;
    assert_eq!((summary.outcome, summary.failed), (Outcome::Failed, 1));
    insta::assert_json_snapshot!(summary.failures);
}

async fn one_task(acts: &[Act]) -> Ran {
    apply(vec![stage("base", vec![task("m1", &[], acts), task("m2", &[], &[OK])])]).await
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_driver_is_a_failure_of_its_target() {
    let ran = one_task(&[OK, Act::Panic]).await;
    let failure = &ran.outcome.summary.failures[0];
    assert_eq!(failure.kind, FailureKind::Internal);
    assert_eq!(failure.error, "this program failed by mistake: out of cheese");
    assert_eq!(failure.step.as_deref(), Some("step 1"));
    assert_eq!(ran.host("base", "m2").unwrap().0, State::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_step_left_open_ends_as_unknown() {
    let ran = one_task(&[Act::Abandon(FailureKind::Unreachable)]).await;
    assert_eq!(ran.outcome.summary.hosts[0].unknown, 1);
    assert_eq!(ran.outcome.summary.failures[0].kind, FailureKind::Unreachable);

    let ran = one_task(&[Act::Forget]).await;
    assert_eq!(ran.host("base", "m1").unwrap().0, State::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_failed_step_that_was_not_told_is_one_failure() {
    let ran = one_task(&[Act::Abandon(FailureKind::StepFailed)]).await;
    let summary = ran.outcome.summary;
    assert_eq!((summary.hosts[0].failed, summary.failed), (1, 1));
    assert_eq!(summary.failures[0].step.as_deref(), Some("step 0"));
}

#[tokio::test(start_paused = true)]
async fn what_is_told_twice_counts_once() {
    let ran = one_task(&[Act::Twice]).await;
    assert_eq!(ran.outcome.summary.changed, 1);
    let steps = ran.events.iter().filter(|event| matches!(event.kind, crate::EventKind::Step(_)));
    assert_eq!(steps.count(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_a_lock_names_who_holds_it() {
    let by = "run 20261120-061530-4f2a".to_owned();
    let ran = one_task(&[Act::Abandon(FailureKind::LockHeld { by: by.clone() })]).await;
    assert_eq!(ran.outcome.summary.failures[0].kind, FailureKind::LockHeld { by });
}

#[tokio::test(start_paused = true)]
async fn no_more_targets_at_once_than_allowed() {
    let hosts: Vec<String> = (0..10).map(|number| format!("w{number}")).collect();
    let tasks = hosts.iter().map(|host| task(host, &[], &[OK])).collect();
    let begun = Instant::now();
    let mut planner = fixed(vec![stage("base", tasks)]);
    let ran = execute(&mut planner, Mode::Apply, 3, &Interrupt::default()).await;

    assert_eq!(begun.elapsed(), Duration::from_millis(40));
    let running = ran.story().into_iter().scan(0_i32, |running, word| {
        *running += if word.ends_with("Started") { 1 } else { -1 };
        Some(*running)
    });
    assert_eq!(running.max(), Some(3));
}

#[tokio::test(start_paused = true)]
async fn a_stage_without_tasks_is_left_out() {
    let ran = apply(vec![stage("edge", vec![]), stage("base", vec![task("m1", &[], &[OK])])]).await;
    let stages = &ran.outcome.summary.stages;
    assert_eq!(stages.iter().map(|stage| stage.stage.as_str()).collect::<Vec<_>>(), ["base"]);
}

/// Plans its second stage from what the first registered.
struct FromRegistered;

impl Planner<Act> for FromRegistered {
    fn stage_names(&self) -> Vec<String> {
        ["ask", "use"].map(str::to_owned).to_vec()
    }

    fn plan(&mut self, name: &str, registered: &Registered) -> Result<Stage<Act>, PlanError> {
        let targets: Vec<&str> = match name {
            "ask" => vec!["m1"],
            _ => registered.get("m1", "answer").unwrap().split(' ').collect(),
        };
        let acts = [Act::Register("answer", "w1 w2".to_owned())];
        Ok(stage(name, targets.into_iter().map(|target| task(target, &[], &acts)).collect()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_stage_is_planned_from_what_earlier_ones_registered() {
    let ran = execute(&mut FromRegistered, Mode::Apply, 9, &Interrupt::default()).await;
    assert_eq!(ran.host("use", "w2").unwrap().0, State::Ok);
    let registered = &ran.outcome.registered;
    assert_eq!(registered.all("answer").count(), 3);
    assert_eq!(
        format!("{registered:?}"),
        r#"{"m1": ["answer"], "w1": ["answer"], "w2": ["answer"]}"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_cannot_be_planned_ends_the_run() {
    let invalid = PlanError::Invalid { message: "no such role".to_owned(), hint: None };
    let plan = Ok(stage("base", vec![task("m1", &[], &[OK])]));
    let mut planner = Fixed(vec![("join".to_owned(), Err(invalid)), ("base".to_owned(), plan)]);
    let ran = execute(&mut planner, Mode::Apply, 9, &Interrupt::default()).await;
    assert_eq!([ran.stage("join"), ran.stage("base")], [State::Failed, State::Skipped]);
    let failure = &ran.outcome.summary.failures[0];
    assert_eq!((failure.error.as_str(), &failure.kind), ("no such role", &FailureKind::Plan));
}

/// Each target goes its own way.
struct Independent(super::scripted::Fixed);

impl Planner<Act> for Independent {
    fn stage_names(&self) -> Vec<String> {
        self.0.stage_names()
    }

    fn targets_are_independent(&self) -> bool {
        true
    }

    fn plan(&mut self, name: &str, registered: &Registered) -> Result<Stage<Act>, PlanError> {
        self.0.plan(name, registered)
    }
}

#[tokio::test(start_paused = true)]
async fn independent_targets_go_on_without_the_one_that_failed() {
    let both = |m1: &[Act]| vec![task("m1", &[], m1), task("m2", &[], &[CHANGED])];
    let stages = || vec![stage("stop", both(&[FAILED])), stage("restore", both(&[CHANGED]))];
    let mut planner = Independent(fixed(stages()));
    let ran = execute(&mut planner, Mode::Apply, 9, &Interrupt::default()).await;
    assert_eq!(ran.host("restore", "m1"), Some(skipped("exit status 1")));
    assert_eq!(ran.host("restore", "m2").unwrap().0, State::Changed);
    let summary = &ran.outcome.summary;
    assert_eq!((summary.outcome, summary.failed), (Outcome::Failed, 1));

    let mut planner = Independent(fixed(stages()));
    planner.0.0[0].1 = Err(PlanError::Invalid { message: "another's".to_owned(), hint: None });
    let ran = execute(&mut planner, Mode::Apply, 9, &Interrupt::default()).await;
    assert_eq!(ran.stage("restore"), State::Skipped, "what cannot be planned ends it for all");
}

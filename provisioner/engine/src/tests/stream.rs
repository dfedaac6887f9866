//! The events of a whole run, as they are written.

use super::scripted::{Act, CHANGED, FAILED, OK, apply, execute, fixed, stage, task};
use crate::{Event, Interrupt, Mode};

fn lines(events: &[Event]) -> String {
    let lines = events.iter().map(|event| {
        let line = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), *event);
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings
        .add_filter(r#""time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z""#, r#""time":"TIME""#);
    settings
}

#[tokio::test(start_paused = true)]
async fn a_run_as_json() {
    let ran = apply(vec![
        stage(
            "base",
            vec![task("m1", &[], &[OK, CHANGED]), task("m2", &["m1"], &[Act::Wait("etcd")])],
        ),
        stage("join", vec![task("m1", &[], &[FAILED, OK]), task("m2", &["m1"], &[OK])]),
        stage("addons", vec![task("m1", &[], &[OK])]),
    ])
    .await;
    settings().bind(|| insta::assert_snapshot!(lines(&ran.events)));
}

#[tokio::test(start_paused = true)]
async fn a_plan_as_json() {
    let mut planner = fixed(vec![stage("base", vec![task("m1", &[], &[OK, CHANGED])])]);
    let ran = execute(&mut planner, Mode::Check, 1, &Interrupt::default()).await;
    settings().bind(|| insta::assert_snapshot!(lines(&ran.events)));
}

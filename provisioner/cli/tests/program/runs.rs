use crate::support::Home;

const UP: &str = include_str!("../../src/render/tests/data/up.jsonl");
const PLAN: &str = include_str!("../../src/render/tests/data/plan.jsonl");

/// A home with two recorded runs, the newer of which was cut off.
fn home() -> Home {
    let home = Home::new();
    record(&home, "20261120-061530-4f2a", "up", UP);
    let cut_off = &PLAN[..PLAN.len() / 2];
    record(&home, "20261121-000000-0000", "plan", cut_off);
    home
}

fn record(home: &Home, run: &str, command: &str, events: &str) {
    let folder = format!(".local/state/provisioner/runs/{run}");
    let mode = if command == "up" { "apply" } else { "check" };
    let info = serde_json::json!({
        "run": run, "command": command, "cluster": "prod", "mode": mode, "version": "0.1.0",
    });
    home.file(&format!("{folder}/run.json"), &info.to_string());
    home.file(&format!("{folder}/events.jsonl"), events);
}

#[test]
fn a_list_of_runs() {
    insta::assert_snapshot!(home().run(&["runs", "list"]).stdout, @"
    RUN                   COMMAND  CLUSTER  OUTCOME  CHANGED  FAILED  TOOK
    20261121-000000-0000  plan     prod     cut off  -        -       -
    20261120-061530-4f2a  up       prod     failed   2        2       12 s
    ");
}

#[test]
fn a_list_of_runs_as_json() {
    let runs = home().run(&["runs", "list", "--output", "json"]).json();
    assert_eq!(runs[0]["outcome"], serde_json::Value::Null);
    assert_eq!(runs[1]["run"], "20261120-061530-4f2a");
    assert_eq!((&runs[1]["outcome"], &runs[1]["changed"]), (&"failed".into(), &2.into()));
}

#[test]
fn no_runs_yet() {
    let home = Home::new();
    let ran = home.run(&["runs", "list"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_eq!(ran.stderr, "No runs are recorded yet.\n");
    assert_eq!(home.run(&["runs", "list", "--output", "json"]).stdout, "[]\n");
    assert_eq!(home.run(&["runs", "show"]).code, 1);
}

#[test]
fn a_run_is_shown_again() {
    let ran = home().run(&["runs", "show", "20261120-061530-4f2a"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("w1: its name: changed"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("m1: its name: ok"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Failed: prod: 2 changed, 2 failures in 12 s"), "{}", ran.stdout);
    let every_step = home().run(&["runs", "show", "20261120-061530-4f2a", "-v"]).stdout;
    assert!(every_step.contains("m1: its name: ok"), "{every_step}");
}

#[test]
fn a_run_as_json_is_its_events() {
    let arguments = ["runs", "show", "20261120-061530-4f2a", "--output", "json"];
    assert_eq!(home().run(&arguments).stdout, UP);
}

#[test]
fn the_newest_run_is_shown_where_none_is_named_even_if_it_was_cut_off() {
    let ran = home().run(&["runs", "show"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("plan prod: run 20261120-061530-4f2a"), "{}", ran.stdout);
}

#[test]
fn a_run_that_is_not_there() {
    assert_eq!(home().run(&["runs", "show", "20200101-000000-0000"]).code, 1);
    assert_eq!(home().run(&["runs", "show", "../../etc"]).code, 2);
}

use std::os::unix::fs::PermissionsExt as _;

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

#[test]
fn a_report_is_a_file_that_only_its_owner_can_read() {
    let home = home();
    let ran = home.run(&["runs", "report", "20261120-061530-4f2a"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert_eq!(ran.stderr, "wrote 20261120-061530-4f2a.html\n");
    let path = home.path().join("20261120-061530-4f2a.html");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("<h2>Timeline</h2>"), "{page}");
    assert!(page.contains("is its sshd running?"), "{page}");

    let printed = home.run(&["runs", "report", "20261120-061530-4f2a", "-o", "-"]);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    assert_eq!(printed.stdout, page);
}

#[test]
fn a_report_is_of_the_newest_run_where_none_is_named_even_if_it_was_cut_off() {
    let home = home();
    let arguments = ["runs", "report", "-o", "of/today.html", "--output", "json"];
    let ran = home.run(&arguments);
    assert_eq!(
        ran.json(),
        serde_json::json!({ "run": "20261121-000000-0000", "path": "of/today.html" })
    );
    let page = std::fs::read_to_string(home.path().join("of/today.html")).unwrap();
    assert!(page.contains("<title>plan prod: Cut off</title>"), "{page}");

    let events = ".local/state/provisioner/runs/20261121-000000-0000/events.jsonl";
    let events = std::fs::File::open(home.path().join(events)).unwrap();
    events.lock().unwrap();
    let running = home.run(&["runs", "report", "-o", "-"]).stdout;
    assert!(running.contains("<title>plan prod: Still running</title>"), "{running}");
}

#[test]
fn a_report_of_a_run_that_is_not_there() {
    let none = Home::new().run(&["runs", "report"]);
    assert_eq!((none.code, none.stdout.as_str()), (1, ""));
    assert!(none.stderr.contains("failed to find a recorded run in "), "{}", none.stderr);
    let home = home();
    let other = home.run(&["runs", "report", "20200101-000000-0000"]);
    assert_eq!(other.code, 1);
    assert!(other.stderr.contains("failed to find run 20200101-000000-0000"), "{}", other.stderr);
    assert!(other.stderr.contains("hint: `provisioner runs list`"), "{}", other.stderr);
    let elsewhere = home.run(&["runs", "report", "-o", "/dev/null/run.html"]);
    assert_eq!(elsewhere.code, 1);
    let failed = "failed to write the report /dev/null/run.html";
    assert!(elsewhere.stderr.contains(failed), "{}", elsewhere.stderr);
}

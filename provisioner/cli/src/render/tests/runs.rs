use indicatif::{InMemoryTerm, MultiProgress, ProgressDrawTarget};
use provisioner_engine::{EventKind, Outcome, Sink as _, State, Summary};

use super::{PLAN, Page, UP, events, order, shown};
use crate::render::{Detail, JsonLines, Lines, Live, Palette, PlanView, SummaryView, next};

const PLAIN: Palette = Palette::PLAIN;

#[test]
fn lines_of_what_changed_and_failed() {
    insta::assert_snapshot!(shown(UP, |page| Lines::new(page, PLAIN, Detail::Changes)));
}

#[test]
fn lines_of_every_step() {
    insta::assert_snapshot!(shown(UP, |page| Lines::new(page, PLAIN, Detail::EveryStep)));
}

/// A step that says `text` of itself, at this second of a minute.
fn wait(second: &str, text: &str) -> String {
    serde_json::json!({
        "v": 1, "seq": 1, "time": format!("2026-11-20T06:15:{second}Z"), "kind": "wait", "host": "w1",
        "stage": "prepare", "playbook": "base", "step": "packages", "text": text, "seconds": 1.0,
    })
    .to_string()
        + "\n"
}

#[test]
fn what_a_step_waits_for_fills_no_log() {
    let said =
        [("00.0", "Reading"), ("01.0", "Unpacking"), ("04.9", "Setting up"), ("05.1", "Trigger")];
    let recorded: String = said.map(|(second, text)| wait(second, text)).concat();
    let changes = shown(&recorded, |page| Lines::new(page, PLAIN, Detail::Changes));
    assert_eq!(
        changes,
        "    0.0s   w1: packages: waiting: Reading\n    5.1s   w1: packages: waiting: Trigger\n"
    );
    let every = shown(&recorded, |page| Lines::new(page, PLAIN, Detail::EveryStep));
    assert_eq!(every.lines().count(), said.len());
}

#[test]
fn the_end_of_a_run() {
    insta::assert_snapshot!(shown(UP, |page| SummaryView::new(page, PLAIN, order())));
}

/// The same run, had it gone well.
fn went_well(changed: usize) -> Summary {
    let Some(EventKind::Summary(summary)) = events(UP).pop().map(|event| event.kind) else {
        panic!("a run ends with its summary")
    };
    Summary { outcome: Outcome::Done, changed, failed: 0, failures: Vec::new(), ..summary }
}

#[test]
fn a_run_that_found_nothing_to_change_says_no_more_than_that() {
    let page = Page::default();
    let mut view = SummaryView::new(page.clone(), PLAIN, order());
    let mut run = events(UP);
    let mut end = run.pop().unwrap();
    end.kind = EventKind::Summary(went_well(0));
    view.event(&run[0]).unwrap();
    view.event(&end).unwrap();
    insta::assert_snapshot!(page.text(), @"Nothing to change: prod, in 12 s");
}

#[test]
fn what_is_next_is_told_where_something_is_new() {
    let told = |summary| next(&summary, "  kubectl get nodes", PLAIN);
    insta::assert_snapshot!(told(went_well(2)).unwrap(), @r"

    Next
      kubectl get nodes
    ");
    assert_eq!(told(went_well(0)), None);
    assert_eq!(told(Summary { outcome: Outcome::Failed, ..went_well(2) }), None);
    let cut_off = told(Summary { outcome: Outcome::Interrupted, ..went_well(0) });
    assert_eq!(cut_off.as_deref(), Some("The same command goes on from here."));
}

#[test]
fn the_end_of_a_look_at_the_hosts() {
    insta::assert_snapshot!(shown(PLAN, |page| SummaryView::new(page, PLAIN, order())));
}

#[test]
fn a_plan() {
    insta::assert_snapshot!(shown(PLAN, |page| PlanView::new(page, PLAIN, order())));
}

#[test]
fn a_plan_in_colors() {
    let shown = shown(PLAN, |page| PlanView::new(page, Palette::new(true), order()));
    insta::assert_snapshot!(shown.replace('\u{1b}', "^"));
}

#[test]
fn events_as_they_were_recorded() {
    assert_eq!(shown(UP, JsonLines), UP);
    assert_eq!(shown(PLAN, JsonLines), PLAN);
}

fn screen() -> (InMemoryTerm, MultiProgress) {
    let terminal = InMemoryTerm::new(20, 70);
    let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
    (terminal, MultiProgress::with_draw_target(target))
}

/// The screen as it is when the event of that number has come.
fn screen_after(recorded: &str, seq: u64) -> String {
    let (terminal, screen) = screen();
    let mut live = Live::new(screen.clone(), PLAIN, &order());
    for event in events(recorded).iter().take_while(|event| event.seq <= seq) {
        live.event(event).unwrap();
    }
    // Draws everything at once; otherwise the screen is a moment late.
    screen.suspend(|| ());
    terminal.contents()
}

#[test]
fn a_live_view_in_the_middle() {
    let screen = screen_after(UP, 12);
    let lines: Vec<_> = screen.lines().collect();
    assert!(lines[0].contains("preflight warning: w1: the clock"), "{screen}");
    let has = |line: &str, host| line.split_whitespace().any(|word| word == host);
    let line_of = |host| lines.iter().position(|line| has(line, host)).expect(host);
    let places = ["m1", "w1", "w2", "e1", "up"].map(line_of);
    assert!(places.is_sorted(), "{screen}");
    assert!(screen.contains("base: the package containerd (another apt)"), "{screen}");
    assert!(screen.contains("up prod [=====") && screen.contains("2/4 base"), "{screen}");
}

#[test]
fn a_live_view_leaves_only_failures_and_notes() {
    let screen = screen_after(UP, u64::MAX);
    assert!(screen.contains("m1: the way to join: failed (1.2 s): exit status 1"), "{screen}");
    assert!(screen.contains("    | second [31mline"), "{screen}");
    assert!(screen.contains("w2: failed: connect to w2 (10.0.0.22)"), "{screen}");
    assert!(!screen.contains("a step failed"), "told once: {screen}");
    assert!(!screen.contains("up prod"), "{screen}");
}

#[test]
fn a_run_without_an_end_leaves_no_lines() {
    let (terminal, screen) = screen();
    let mut live = Live::new(screen.clone(), PLAIN, &order()).silent();
    for event in events(UP).iter().take(20) {
        live.event(event).unwrap();
    }
    screen.suspend(|| ());
    let shown = terminal.contents();
    assert!(shown.contains("up prod") && !shown.contains("exit status 1"), "{shown}");
    drop(live);
    assert_eq!(terminal.contents(), "");
}

#[test]
fn the_recorded_runs_tell_all_that_can_happen() {
    let all: Vec<_> = [UP, PLAN].into_iter().flat_map(events).collect();
    for state in [State::Started, State::Ok, State::Changed, State::Failed, State::Unknown] {
        let has = |kind: &EventKind| matches!(kind, EventKind::Step(step) if step.state == state);
        assert!(all.iter().any(|event| has(&event.kind)), "{state:?}");
    }
}

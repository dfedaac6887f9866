//! Frames of a host as events.

use std::collections::BTreeMap;
use std::sync::Arc;

use provisioner_engine::{Interrupt, Mode, Stage, Step, Task};
use provisioner_playbook::frames::{Frame, StageEnd, StepState};
use provisioner_playbook::{Assets, Library};
use serde_json::json;

use super::recorded::{Answers, Kept, carry_out};
use crate::HostAction;
use crate::action::Question;
use crate::work::script;

const STEPS: &str = r#"
name: t
hosts: [worker]
steps:
  - {name: a file, file: {dest: /etc/x, content: "one\ntwo\n"}}
  - {name: a secret, secret: true, file: {dest: /etc/s, content: "hush\n"}}
  - {name: a block, line: {path: /etc/hosts, marker: m, block: "1.2.3.4 m1"}}
  - {name: a command, command: {run: make it so, always: true}}
"#;

/// A stage of one host out of the steps of a playbook.
pub(super) fn stage(
    playbook: &str,
    blobs: &BTreeMap<String, provisioner_playbook::Blob>,
) -> Stage<HostAction> {
    let site = "stages: [{name: t, playbooks: [t]}]";
    let library =
        Library::load(Assets::from_files([("site.yaml", site), ("t.yaml", playbook)])).unwrap();
    let playbook = library.playbooks_of("t").next().unwrap();
    let steps = library.steps(playbook, &json!({}), blobs).unwrap();
    let step = |step: provisioner_playbook::Step| Step {
        name: step.name.clone(),
        playbook: step.playbook.clone(),
        action: HostAction::Playbook(Box::new(step)),
    };
    let steps = steps.into_iter().map(step).collect();
    let task = Task { target: "m1".to_owned(), after: Vec::new(), steps };
    Stage { name: "t".to_owned(), tasks: vec![task] }
}

fn begin(step: usize) -> Frame {
    Frame::Begin { step }
}

fn end(step: usize, state: StepState) -> Frame {
    Frame::End { step, state }
}

async fn told(answers: Vec<Vec<Frame>>) -> Vec<String> {
    let stage = stage(STEPS, &BTreeMap::new());
    let driver = Arc::new(Answers(answers));
    let ran = carry_out(stage, driver, Mode::Apply, &Interrupt::default(), Kept::default()).await;
    ran.kept.steps()
}

async fn of_step(step: usize, frames: Vec<Frame>) -> String {
    let mut all = vec![begin(step)];
    all.extend(frames);
    all.push(Frame::Ended(StageEnd::Ok));
    let told = told(vec![all]).await;
    told.into_iter().rfind(|line| !line.ends_with("Skipped")).unwrap()
}

fn before(step: usize, text: &str) -> Frame {
    Frame::Before { step, text: text.to_owned() }
}

#[tokio::test]
async fn a_new_file_is_all_plus() {
    let told = of_step(0, vec![end(0, StepState::Changed)]).await;
    insta::assert_snapshot!(told, @r"
    a file Changed --- /dev/null
    +++ /etc/x
    @@ -0,0 +1,2 @@
    +one
    +two
    ");
}

#[tokio::test]
async fn a_changed_file_shows_its_lines() {
    let told = of_step(0, vec![before(0, "one\n2\n"), end(0, StepState::Changed)]).await;
    insta::assert_snapshot!(told, @r"
    a file Changed --- /etc/x
    +++ /etc/x
    @@ -1,2 +1,2 @@
     one
    -2
    +two
    ");
}

#[tokio::test]
async fn a_file_of_another_mode_differs_in_nothing_else() {
    let detail = Frame::Detail {
        step: 0,
        text: "mode and owner: 600 root root -> 644 root root\n".to_owned(),
    };
    let frames = vec![detail, before(0, "one\ntwo\n"), end(0, StepState::Changed)];
    insta::assert_snapshot!(of_step(0, frames).await, @"a file Changed mode and owner: 600 root root -> 644 root root");
}

#[tokio::test]
async fn a_wait_of_which_nothing_is_said_is_not_told() {
    let waiting = |text: &str| Frame::Waiting { step: 3, seconds: 1, text: text.to_owned() };
    let frames = vec![
        begin(3),
        waiting(""),
        waiting(" "),
        waiting("half of it"),
        end(3, StepState::Changed),
        Frame::Ended(StageEnd::Ok),
    ];
    let told = told(vec![frames]).await;
    let waits: Vec<_> = told.iter().filter(|line| line.contains("waits")).collect();
    assert_eq!(waits, ["a command waits: half of it"]);
}

#[tokio::test]
async fn a_secret_is_never_shown() {
    // Even if a host were to send it.
    let frames = vec![before(1, "old secret\n"), end(1, StepState::Changed)];
    assert_eq!(of_step(1, frames).await, "a secret Changed");
}

#[tokio::test]
async fn of_a_block_the_hosts_own_file_is_compared() {
    let after = Frame::After {
        step: 2,
        text: "127.0.0.1 me\n# BEGIN provisioner m\n1.2.3.4 m1\n# END provisioner m\n".to_owned(),
    };
    let frames = vec![before(2, "127.0.0.1 me\n"), after, end(2, StepState::Changed)];
    insta::assert_snapshot!(of_step(2, frames).await, @r"
    a block Changed --- /etc/hosts
    +++ /etc/hosts
    @@ -1 +1,4 @@
     127.0.0.1 me
    +# BEGIN provisioner m
    +1.2.3.4 m1
    +# END provisioner m
    ");
}

#[tokio::test]
async fn a_step_that_holds_has_no_diff() {
    assert_eq!(of_step(0, vec![end(0, StepState::Ok)]).await, "a file Ok");
}

#[tokio::test]
async fn a_failure_comes_with_its_output() {
    let frames = vec![
        begin(3),
        Frame::Waiting { step: 3, seconds: 2, text: "still making".to_owned() },
        Frame::Output { step: 3, text: "no way\n".to_owned() },
        Frame::Error { step: 3, text: "exit code 7".to_owned() },
        end(3, StepState::Failed),
        Frame::Ended(StageEnd::Failed),
    ];
    insta::assert_snapshot!(told(vec![frames]).await.join("\n"), @r"
    a command Started
    a command waits: still making
    a command Failed exit code 7 | no way
    ");
}

#[tokio::test]
async fn steps_that_are_sent_again_are_told_once() {
    let first = vec![begin(0), end(0, StepState::Changed), begin(1), before(1, "x")];
    let again = vec![
        begin(0),
        end(0, StepState::Ok),
        begin(1),
        end(1, StepState::Changed),
        begin(2),
        end(2, StepState::Ok),
        Frame::Ended(StageEnd::Ok),
    ];
    let told = told(vec![first, again]).await;
    assert_eq!(
        told,
        [
            "a file Started",
            "a file Changed --- /dev/null\n+++ /etc/x\n@@ -0,0 +1,2 @@\n+one\n+two",
            "a secret Started",
            "a secret Changed",
            "a block Started",
            "a block Ok",
        ]
    );
}

#[tokio::test]
async fn what_a_step_puts_out_is_kept_for_later_stages() {
    let frames = vec![
        begin(0),
        Frame::Register { step: 0, name: "nodes".to_owned(), text: "[]".to_owned() },
        end(0, StepState::Ok),
        Frame::Ended(StageEnd::Ok),
    ];
    let stage = stage(STEPS, &BTreeMap::new());
    let driver = Arc::new(Answers(vec![frames]));
    let ran = carry_out(stage, driver, Mode::Check, &Interrupt::default(), Kept::default()).await;
    assert_eq!(ran.outcome.registered.get("m1", "nodes"), Some("[]"));
}

#[test]
fn questions_are_asked_without_the_prelude_s_steps() {
    let question = Question { name: "facts", script: "echo hello".into(), timeout_seconds: 60 };
    let step = Step {
        name: "its facts".to_owned(),
        playbook: "preflight".to_owned(),
        action: HostAction::Ask(question),
    };
    let task = Task { target: "m1".to_owned(), after: Vec::new(), steps: vec![step] };
    let (text, patience) = script(&task, Mode::Check).unwrap();
    assert!(patience.as_secs() > 60);
    insta::assert_snapshot!(text, @r#"
    frame begin 0
    (
    echo hello
    ) >"$p_tmp/document" 2>"$p_tmp/complaints" </dev/null 3>&- 9>&-
    p_bound=4194304
    payload 'register 0 facts' "$p_tmp/document"
    p_bound=8192
    rm -f "$p_tmp/document"
    frame end 0 ok
    frame ended ok
    "#);
}

#[test]
fn what_a_question_leaves_running_does_not_hold_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let question = Question { name: "q", script: "sleep 20 &".to_owned(), timeout_seconds: 30 };
    let step = Step {
        name: "q".to_owned(),
        playbook: "preflight".to_owned(),
        action: HostAction::Ask(question),
    };
    let task = Task { target: "m1".to_owned(), after: Vec::new(), steps: vec![step] };
    let (asked, _) = script(&task, Mode::Apply).unwrap();
    // The prelude's part in it, then the end of the shell that had the lock.
    let text = format!(
        "p_tmp=. ; frame() {{ :; }}; payload() {{ :; }}\nexec 3>&1 9>>lock; flock -n 9\n{asked}\nexec 9>&-; flock -n lock true"
    );
    let mut shell = std::process::Command::new("/bin/sh");
    let status = shell.args(["-c", &text]).current_dir(folder.path()).status().unwrap();
    assert!(status.success(), "the lock is still held");
}

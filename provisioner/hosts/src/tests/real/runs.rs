//! Stages over connections that break, stop and are contended for.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use provisioner_engine::{FailureKind, Interrupt, Mode, Outcome, State};
use provisioner_playbook::Blob;

use super::super::recorded::{Kept, Ran, carry_out};
use super::super::work::stage;
use super::sshd::{RUN, Sshd};
use crate::driver::HostsDriver;

struct Running {
    task: tokio::task::JoinHandle<Ran>,
    interrupt: Interrupt,
}

/// Carries out the steps of a playbook in the background.
fn start(sshd: &Sshd, steps: &str, files: Vec<(Blob, Utf8PathBuf)>) -> Running {
    let playbook = format!("name: t\nhosts: [worker]\nsteps:\n{steps}");
    let named =
        |(blob, path): &(Blob, Utf8PathBuf)| (path.file_name().unwrap().to_owned(), blob.clone());
    let stage = stage(&playbook, &files.iter().map(named).collect());
    let session = sshd.session(RUN, "alice@desk");
    let paths = files.into_iter().map(|(blob, path)| (blob.sha256, path)).collect();
    let sessions = BTreeMap::from([("m1".to_owned(), session)]);
    let driver = Arc::new(HostsDriver::new(sshd.connector(), sessions, paths));
    let interrupt = Interrupt::default();
    let stop = interrupt.clone();
    let task =
        tokio::spawn(
            async move { carry_out(stage, driver, Mode::Apply, &stop, Kept::default()).await },
        );
    Running { task, interrupt }
}

/// A step that says when it began and goes on when it may.
fn gated(sshd: &Sshd, more: &str) -> String {
    format!(
        "  - name: long\n    {more}\n    command:\n      run: 'echo began >>{0}/count; until [ -e {0}/go ]; do sleep 0.05; done; echo done >>{0}/count'\n      \
         unless: 'grep -qs done {0}/count'\n",
        sshd.path("")
    )
}

fn next_step(sshd: &Sshd) -> String {
    format!("  - name: next\n    file: {{dest: {}, content: x}}\n", sshd.path("next"))
}

fn counted(sshd: &Sshd) -> String {
    fs_err::read_to_string(sshd.path("count")).unwrap_or_default()
}

/// Who has the lock, by run and process.
async fn holder(sshd: &Sshd) -> String {
    sshd.run("cat /run/provisioner/holder").await
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_long_step_goes_on_where_the_connection_was_cut() {
    let sshd = Sshd::start();
    let first =
        format!("  - name: first\n    file: {{dest: {}, content: x}}\n", sshd.path("first"));
    let steps = format!("{first}{}{}", gated(&sshd, "detach: true"), next_step(&sshd));
    let running = start(&sshd, &steps, Vec::new());
    sshd.until("the job runs", || counted(&sshd) == "began\n").await;
    for _ in 0..2 {
        let before = holder(&sshd).await;
        sshd.cut_connections();
        // The new shell has ended the old one by the time that it has the lock.
        while holder(&sshd).await == before {}
    }
    fs_err::write(sshd.path("go"), "").unwrap();
    let ran = running.task.await.unwrap();
    assert_eq!(ran.outcome.summary.outcome, Outcome::Done, "{:?}", ran.outcome.summary.failures);
    assert_eq!(counted(&sshd), "began\ndone\n", "once only");
    let ends: Vec<String> =
        ran.kept.steps().into_iter().filter(|line| line.contains("Changed")).collect();
    let names: Vec<&str> = ends.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["first", "long", "next"], "each is told once");
    assert!(ran.kept.notes()[0].contains("connecting again"), "{:?}", ran.kept.notes());
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_root_shell_that_was_killed_is_started_anew() {
    let sshd = Sshd::start();
    let steps = format!("{}{}", gated(&sshd, "detach: true"), next_step(&sshd));
    let running = start(&sshd, &steps, Vec::new());
    sshd.until("the job runs", || counted(&sshd) == "began\n").await;
    // Its process is the second word of the lock's file.
    sshd.run("kill -KILL \"$(cut -f 2 /run/provisioner/holder)\"").await;
    fs_err::write(sshd.path("go"), "").unwrap();
    let ran = running.task.await.unwrap();
    assert_eq!(ran.outcome.summary.outcome, Outcome::Done, "{:?}", ran.outcome.summary.failures);
    assert_eq!(counted(&sshd), "began\ndone\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_stop_finishes_the_step_and_begins_no_other() {
    let sshd = Sshd::start();
    let steps = format!("{}{}", gated(&sshd, "timeout: 60"), next_step(&sshd));
    let running = start(&sshd, &steps, Vec::new());
    sshd.until("the step runs", || counted(&sshd) == "began\n").await;
    running.interrupt.request();
    let stop = format!("ls /run/provisioner/stop.{RUN}");
    while sshd.run(&stop).await.is_empty() {
        assert!(!running.task.is_finished());
    }
    fs_err::write(sshd.path("go"), "").unwrap();
    let ran = running.task.await.unwrap();
    assert_eq!(ran.outcome.summary.outcome, Outcome::Interrupted);
    assert_eq!(counted(&sshd), "began\ndone\n");
    assert!(!sshd.path("next").exists());
    assert_eq!(ran.outcome.summary.hosts[0].changed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_host_in_use_by_another_run_is_a_failure_of_its_own_kind() {
    let sshd = Sshd::start();
    let connector = sshd.connector();
    let mut other = sshd.session("r9", "bob@desk");
    other.shell(&connector).await.unwrap();
    let ran = start(&sshd, &next_step(&sshd), Vec::new()).task.await.unwrap();
    let failure = &ran.outcome.summary.failures[0];
    let FailureKind::LockHeld { by } = &failure.kind else { panic!("{failure:?}") };
    assert!(by.starts_with("bob@desk, run r9"), "{by}");
    assert!(failure.hint.is_some());
    assert!(!sshd.path("next").exists());
}

fn big(sshd: &Sshd, name: &str) -> (Blob, Utf8PathBuf) {
    let path = sshd.path(name);
    fs_err::write(&path, name.repeat(300_000)).unwrap();
    let summed = std::process::Command::new("sha256sum").arg(&path).output().unwrap();
    let sha256 = String::from_utf8(summed.stdout).unwrap()[..64].to_owned();
    (Blob { sha256, size: fs_err::metadata(&path).unwrap().len() }, path)
}

fn download(sshd: &Sshd, name: &str) -> String {
    format!(
        "  - name: {name}\n    download: {{bundle: {name}, dest: {}}}\n",
        sshd.path(&format!("got-{name}"))
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn real_files_of_the_bundle_come_when_they_are_asked_for() {
    let sshd = Sshd::start();
    let files = vec![big(&sshd, "one"), big(&sshd, "two")];
    let steps = format!("{}{}", download(&sshd, "one"), download(&sshd, "two"));
    let ran = start(&sshd, &steps, files.clone()).task.await.unwrap();
    assert_eq!(ran.outcome.summary.outcome, Outcome::Done, "{:?}", ran.outcome.summary.failures);
    for name in ["one", "two"] {
        let (sent, got) =
            (fs_err::read(sshd.path(name)), fs_err::read(sshd.path(&format!("got-{name}"))));
        assert_eq!(sent.unwrap(), got.unwrap());
    }
    let again = start(&sshd, &steps, files).task.await.unwrap();
    assert_eq!(again.outcome.summary.hosts[0].ok, 2, "what is there is not sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_a_file_that_cannot_be_sent_fails_its_step() {
    let sshd = Sshd::start();
    let (blob, path) = big(&sshd, "one");
    fs_err::write(&path, "not what it was").unwrap();
    let steps =
        format!("{}{}{}", next_step(&sshd), download(&sshd, "one"), gated(&sshd, "timeout: 60"));
    let ran = start(&sshd, &steps, vec![(blob, path)]).task.await.unwrap();
    assert!(sshd.path("next").exists(), "what came before it holds");
    let failures = &ran.outcome.summary.failures;
    assert_eq!(failures.len(), 1);
    assert_eq!(
        (failures[0].step.as_deref(), &failures[0].kind),
        (Some("one"), &FailureKind::StepFailed)
    );
    let said = failures[0].output.as_deref().unwrap();
    assert!(said.contains("it has 15 bytes, in the bundle's list 900000"), "{said}");
    assert_eq!(counted(&sshd), "", "nothing after it began");
    assert_eq!(ran.outcome.summary.stages[0].state, State::Failed);
    assert_eq!(ran.kept.notes(), [""; 0], "no connection was given up for it");
}

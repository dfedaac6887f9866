//! Runs on disk.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use camino::Utf8PathBuf;
use jiff::Timestamp;

use super::scripted::info;
use crate::{
    Dispatcher, Event, EventKind, Journal, JournalError, Mode, NoteEvent, Outcome, Redactor, RunId,
    RunInfo, Sink, Summary,
};

struct Folder {
    journal: Journal,
    path: Utf8PathBuf,
    _temporary: tempfile::TempDir,
}

fn folder() -> Folder {
    let temporary = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(temporary.path().join("state/runs")).unwrap();
    Folder { journal: Journal::new(&path), path, _temporary: temporary }
}

fn event(seq: u64, kind: EventKind) -> Event {
    Event { v: 1, seq, time: Timestamp::UNIX_EPOCH, kind }
}

fn note(seq: u64) -> Event {
    let text = format!("zażółć {seq}");
    event(seq, EventKind::Note(NoteEvent { host: None, stage: None, text }))
}

fn summary(seq: u64) -> Event {
    let summary = Summary {
        outcome: Outcome::Done,
        mode: Mode::Apply,
        changed: 0,
        failed: 0,
        unknown: 0,
        seconds: 0.5,
        hosts: vec![],
        stages: vec![],
        failures: vec![],
        hints: vec![],
    };
    event(seq, EventKind::Summary(summary))
}

fn named(run: &str) -> RunInfo {
    RunInfo { run: run.parse().unwrap(), ..info(Mode::Apply) }
}

#[test]
fn a_run_is_read_as_it_was_written_and_by_its_owner_only() {
    let folder = folder();
    let info = info(Mode::Apply);
    let mut run = folder.journal.create(&info).unwrap();
    let events = vec![event(1, EventKind::Run(info.clone())), note(2), summary(3)];
    for event in &events {
        run.event(event).unwrap();
    }
    let recorded = folder.journal.read(&info.run).unwrap();
    assert_eq!((recorded.info, recorded.events), (info.clone(), events));

    let run = folder.path.join(info.run.as_str());
    let mode = |path: &Utf8PathBuf| fs_err::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!([mode(&folder.path), mode(&run)], [0o700, 0o700]);
    assert_eq!(["run.json", "events.jsonl"].map(|name| mode(&run.join(name))), [0o600, 0o600]);
}

#[test]
fn a_run_has_ended_when_nobody_writes_its_record_any_more() {
    let folder = folder();
    let info = info(Mode::Apply);
    assert!(!folder.journal.has_ended(&info.run), "nothing is known of it");
    let run = folder.journal.create(&info).unwrap();
    assert!(!folder.journal.has_ended(&info.run));
    drop(run);
    assert!(folder.journal.has_ended(&info.run));
}

#[test]
fn a_run_of_the_same_name_is_not_overwritten() {
    let folder = folder();
    folder.journal.create(&info(Mode::Apply)).unwrap();
    let error = folder.journal.create(&info(Mode::Apply)).unwrap_err();
    assert!(matches!(error, JournalError::Write { .. }), "{error}");
}

#[test]
fn wherever_the_last_line_is_cut_the_lines_before_it_are_read() {
    let folder = folder();
    let info = info(Mode::Apply);
    let run = folder.journal.create(&info).unwrap();
    let line = serde_json::to_vec(&note(2)).unwrap();
    for cut in 0..line.len() {
        let mut file = fs_err::File::create(run.path()).unwrap();
        serde_json::to_writer(&mut file, &note(1)).unwrap();
        file.write_all(b"\n").unwrap();
        file.write_all(&line[..cut]).unwrap();
        assert_eq!(folder.journal.read(&info.run).unwrap().events, [note(1)]);
        assert_eq!(folder.journal.list().unwrap()[0].summary, None);
    }
}

#[test]
fn a_line_that_makes_no_sense_is_named() {
    let folder = folder();
    let info = info(Mode::Apply);
    let mut run = folder.journal.create(&info).unwrap();
    run.event(&note(1)).unwrap();
    let mut file = fs_err::OpenOptions::new().append(true).open(run.path()).unwrap();
    file.write_all(b"{\"v\":1}\n").unwrap();
    run.event(&note(2)).unwrap();
    let error = folder.journal.read(&info.run).unwrap_err();
    assert!(matches!(error, JournalError::Malformed { line: 2, .. }), "{error}");
}

#[test]
fn runs_are_listed_newest_first_with_how_they_ended() {
    let folder = folder();
    assert_eq!(folder.journal.list().unwrap(), []);
    let names = ["20261120-061530-4f2a", "20261121-000000-0000", "20261120-061531-0001"];
    for name in names {
        let mut run = folder.journal.create(&named(name)).unwrap();
        run.event(&note(1)).unwrap();
        if name.ends_with('a') {
            run.event(&summary(2)).unwrap();
        }
    }
    fs_err::create_dir(folder.path.join("20261122-000000-0000")).unwrap();
    let listed = folder.journal.list().unwrap();
    let listed: Vec<_> =
        listed.iter().map(|entry| (entry.info.run.as_str(), entry.summary.is_some())).collect();
    assert_eq!(listed, [(names[1], false), (names[2], false), (names[0], true)]);
}

#[test]
fn pruning_keeps_the_newest_and_what_is_no_run() {
    let folder = folder();
    folder.journal.prune(2).unwrap();
    for second in 10..15 {
        folder.journal.create(&named(&format!("20261120-0615{second}-4f2a"))).unwrap();
    }
    fs_err::create_dir(folder.path.join("notes")).unwrap();
    let elsewhere = folder.path.join("notes");
    let link = folder.path.join("20200101-000000-0000");
    fs_err::os::unix::fs::symlink(&elsewhere, &link).unwrap();
    folder.journal.prune(2).unwrap();
    let mut left: Vec<String> = fs_err::read_dir(&folder.path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    let expected =
        ["20200101-000000-0000", "20261120-061513-4f2a", "20261120-061514-4f2a", "notes"];
    assert_eq!(left, expected);
}

#[test]
fn a_run_that_is_not_there_is_named() {
    let run: RunId = "20261120-061530-4f2a".parse().unwrap();
    let error = folder().journal.read(&run).unwrap_err();
    assert!(matches!(error, JournalError::NoSuchRun { .. }), "{error}");
}

#[test]
fn names_of_runs_sort_by_time_and_lead_nowhere_else() {
    let time: Timestamp = "2026-11-20T06:15:30Z".parse().unwrap();
    let run = RunId::new(time);
    assert!(run.as_str().starts_with("20261120-061530-"), "{run}");
    assert_eq!(run.to_string().parse(), Ok(run.clone()));
    assert!(RunId::new("2026-11-20T06:15:31Z".parse().unwrap()) > run);
    for text in [
        "",
        "..",
        "20261120-061530",
        "20261120-061530-4F2A",
        "20261120-061530-4f2a/..",
        "+0261120-061530-4f2a",
    ] {
        assert!(text.parse::<RunId>().is_err(), "{text}");
    }
}

const FOLDER: &str = "PROVISIONER_TEST_JOURNAL";

/// Writes events until it is killed.
#[test]
#[ignore = "is the child of the test below"]
fn writes_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let run = Journal::new(folder).create(&info(Mode::Apply)).unwrap();
    let dispatcher = Dispatcher::start(Redactor::default(), vec![Box::new(run)]);
    for number in 0.. {
        dispatcher.events().note(format!("{number} {}", "x".repeat(100)));
        std::thread::yield_now();
    }
}

#[test]
fn a_killed_run_can_be_read_up_to_its_last_events() {
    let folder = folder();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::journal::writes_until_it_is_killed", "--ignored"])
        .env(FOLDER, &folder.path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let run = info(Mode::Apply).run;
    let path = folder.path.join(run.as_str()).join("events.jsonl");
    while fs_err::metadata(&path).map_or(0, |metadata| metadata.len()) < 50_000 {
        assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let events = folder.journal.read(&run).unwrap().events;
    assert!(events.len() > 100);
    assert!(events.iter().zip(1..).all(|(event, seq)| event.seq == seq));
}

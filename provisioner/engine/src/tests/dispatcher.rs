//! One stream out of many threads, without secrets.

use std::io;

use super::scripted::Kept;
use crate::{
    Dispatcher, Event, EventKind, Failure, FailureKind, HostEvent, HostSummary, Mode, NoteEvent,
    Outcome, Redactor, RunInfo, Sink, StageEvent, StageSummary, State, StepEvent, Summary,
    WaitEvent,
};

#[test]
fn events_of_many_threads_are_numbered_without_gaps() {
    let kept = Kept::default();
    let dispatcher = Dispatcher::start(Redactor::default(), vec![Box::new(kept.clone())]);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let events = dispatcher.events();
            scope.spawn(move || {
                for number in 0..100 {
                    events.note(format!("{thread} {number}"));
                }
            });
        }
    });
    dispatcher.finish();
    let events = kept.0.lock().unwrap();
    assert_eq!(events.len(), 800);
    assert!(events.iter().zip(1..).all(|(event, seq)| event.seq == seq));
    assert!(events.is_sorted_by_key(|event| event.time));
}

/// A sink that takes two events.
struct Full(usize);

impl Sink for Full {
    fn event(&mut self, _: &Event) -> io::Result<()> {
        self.0 += 1;
        if self.0 > 2 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

#[test]
fn a_sink_that_fails_is_left_out_and_told_of() {
    let kept = Kept::default();
    let sinks: Vec<Box<dyn Sink>> = vec![Box::new(Full(0)), Box::new(kept.clone())];
    let dispatcher = Dispatcher::start(Redactor::default(), sinks);
    for _ in 0..5 {
        dispatcher.events().note("hello");
    }
    let errors = dispatcher.finish();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].kind(), io::ErrorKind::StorageFull);
    assert_eq!(kept.0.lock().unwrap().len(), 5);
}

/// One event of each kind, with `text` wherever there can be any.
fn every_kind(text: &str) -> Vec<EventKind> {
    let some = || Some(text.to_owned());
    let text = || text.to_owned();
    let state = State::Failed;
    let failure = |kind| Failure {
        host: some(),
        stage: text(),
        step: some(),
        kind,
        error: text(),
        output: some(),
        hint: some(),
    };
    vec![
        EventKind::Run(RunInfo {
            run: "20261120-061530-4f2a".parse().unwrap(),
            command: text(),
            cluster: text(),
            mode: Mode::Apply,
            version: text(),
        }),
        EventKind::Stage(StageEvent {
            stage: text(),
            state,
            hosts: None,
            steps: None,
            seconds: None,
            text: some(),
            error: some(),
            hint: some(),
        }),
        EventKind::Host(HostEvent {
            host: text(),
            stage: text(),
            state,
            steps: None,
            seconds: None,
            text: some(),
            error: some(),
            hint: some(),
        }),
        EventKind::Step(StepEvent {
            host: text(),
            stage: text(),
            playbook: text(),
            step: text(),
            state,
            seconds: None,
            diff: some(),
            output: some(),
            error: some(),
            hint: some(),
        }),
        EventKind::Wait(WaitEvent {
            host: text(),
            stage: text(),
            playbook: text(),
            step: text(),
            text: text(),
            seconds: 0.0,
        }),
        EventKind::Note(NoteEvent { host: some(), stage: some(), text: text() }),
        EventKind::Summary(Summary {
            outcome: Outcome::Failed,
            mode: Mode::Apply,
            changed: 0,
            failed: 1,
            unknown: 0,
            seconds: 0.0,
            hosts: vec![HostSummary { host: text(), ..HostSummary::default() }],
            stages: vec![StageSummary {
                stage: text(),
                state,
                seconds: 0.0,
                waited_for: some(),
                waited_on: some(),
            }],
            failures: vec![
                failure(FailureKind::StepFailed),
                failure(FailureKind::LockHeld { by: text() }),
            ],
            hints: vec![text()],
        }),
    ]
}

/// What all events say as JSON, when this secret is known.
fn written(secret: &str) -> String {
    let kept = Kept::default();
    let dispatcher = Dispatcher::start(Redactor::default(), vec![Box::new(kept.clone())]);
    dispatcher.events().redactor().add(&secret.into());
    for kind in every_kind("before hunter2 after") {
        dispatcher.events().send(kind);
    }
    dispatcher.finish();
    let events = kept.0.lock().unwrap();
    let kinds: Vec<&EventKind> = events.iter().map(|event| &event.kind).collect();
    serde_json::to_string(&kinds).unwrap()
}

#[test]
fn no_field_of_any_event_lets_a_secret_through() {
    let plain = written("something else");
    let masked = written("hunter2");
    assert!(plain.contains("before hunter2 after"));
    assert_eq!(masked, plain.replace("hunter2", "[redacted]"));
}

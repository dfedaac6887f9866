//! What holds for every plan, failing, panicking and interrupted ones included.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::sleep;

use super::scripted::{Act, Ran, execute, fixed, stage, task};
use crate::{EventKind, FailureKind, Interrupt, Mode, Outcome, Stage, State, StepEvent, Task};

const HOSTS: [&str; 5] = ["m1", "m2", "m3", "w1", "w2"];

fn act() -> impl Strategy<Value = Act> {
    let ends =
        prop::sample::select(vec![State::Ok, State::Changed, State::Skipped, State::Unknown]);
    prop_oneof![
        12 => (0..50_u64, ends).prop_map(|(time, state)| Act::End(time, state)),
        1 => Just(Act::End(5, State::Failed)),
        1 => Just(Act::Twice),
        1 => Just(Act::Wait("etcd")),
        1 => Just(Act::Abandon(FailureKind::Unreachable)),
        1 => Just(Act::Abandon(FailureKind::StepFailed)),
        1 => Just(Act::Forget),
        1 => Just(Act::Panic),
    ]
}

/// Mostly a task comes after an earlier host; now and then they go round in a circle.
fn tasks() -> impl Strategy<Value = Vec<Task<Act>>> {
    let after = prop::option::weighted(0.4, prop::sample::select(HOSTS.to_vec()));
    let one = (after, prop::collection::vec(act(), 0..4));
    prop::collection::vec(prop::option::of(one), HOSTS.len()).prop_map(|tasks| {
        let tasks = HOSTS.iter().zip(tasks).filter_map(|(host, drawn)| {
            let (after, acts) = drawn?;
            Some(task(host, after.as_slice(), &acts))
        });
        tasks.collect()
    })
}

fn plan() -> impl Strategy<Value = Vec<Stage<Act>>> {
    prop::collection::vec(tasks(), 1..4).prop_map(|stages| {
        let stages = stages.into_iter().enumerate();
        stages.map(|(number, tasks)| stage(&format!("stage {number}"), tasks)).collect()
    })
}

fn execute_plan(
    stages: Vec<Stage<Act>>,
    mode: Mode,
    parallelism: usize,
    interrupts: Vec<u64>,
) -> Ran {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(async {
        let interrupt = Interrupt::default();
        let handle = interrupt.clone();
        tokio::spawn(async move {
            for time in interrupts {
                sleep(Duration::from_millis(time)).await;
                handle.request();
            }
        });
        execute(&mut fixed(stages), mode, parallelism, &interrupt).await
    })
}

/// Reads the stream as a sink would and checks each event against those before it.
#[derive(Default)]
struct Reader {
    stage: Option<String>,
    running: BTreeSet<String>,
    most: usize,
    ended: BTreeMap<String, State>,
    open_steps: BTreeSet<(String, String)>,
    ended_steps: BTreeSet<(String, String, String)>,
    states: Vec<State>,
    failed_stage: bool,
}

impl Reader {
    fn read(&mut self, kind: &EventKind, plan: &[Stage<Act>], mode: Mode) {
        match kind {
            EventKind::Stage(event) if event.state == State::Started => {
                assert_eq!(self.stage.replace(event.stage.clone()), None, "one stage at a time");
                assert!(mode == Mode::Check || !self.failed_stage, "no stage after a failed one");
                self.ended.clear();
            }
            EventKind::Stage(event) => {
                let stage = self.stage.take();
                assert!(stage.is_none_or(|stage| stage == event.stage));
                assert!(self.running.is_empty(), "a stage ends after its tasks");
                self.failed_stage |= event.state == State::Failed;
            }
            EventKind::Host(event) if event.state == State::Started => {
                assert_eq!(self.stage.as_ref(), Some(&event.stage));
                assert!(self.running.insert(event.host.clone()));
                self.most = self.most.max(self.running.len());
                if mode == Mode::Apply {
                    self.started_in_order(&event.host, plan);
                }
            }
            EventKind::Host(event) => {
                let ran = self.running.remove(&event.host);
                assert!(ran || event.state == State::Skipped);
                let open = self.open_steps.iter().any(|(host, _)| *host == event.host);
                assert!(!open, "a task ends after its steps");
                assert_eq!(self.ended.insert(event.host.clone(), event.state), None);
            }
            EventKind::Step(event) => self.read_step(event),
            _ => {}
        }
    }

    /// Those it comes after have ended well, unless they are part of a circle and it fails at once.
    fn started_in_order(&self, host: &str, plan: &[Stage<Act>]) {
        let stage = plan.iter().find(|stage| Some(&stage.name) == self.stage.as_ref()).unwrap();
        let task = stage.tasks.iter().find(|task| task.target == host).unwrap();
        for after in &task.after {
            if stage.tasks.iter().any(|task| task.target == *after) && !circular(stage, host) {
                let ended = self.ended.get(after);
                let well = [State::Ok, State::Changed, State::Unknown];
                assert!(ended.is_some_and(|ended| well.contains(ended)), "{host} after {after}");
            }
        }
    }

    fn read_step(&mut self, event: &StepEvent) {
        assert!(self.running.contains(&event.host), "steps are part of a running task");
        let step = (event.host.clone(), event.step.clone());
        if event.state == State::Started {
            assert!(self.open_steps.insert(step), "a step begins once");
        } else {
            assert!(self.open_steps.remove(&step), "a step ends after it began");
            let (host, step) = step;
            assert!(self.ended_steps.insert((event.stage.clone(), host, step)), "and once");
            self.states.push(event.state);
        }
    }

    fn count(&self, state: State) -> usize {
        self.states.iter().filter(|other| **other == state).count()
    }
}

/// Whether a host waits, directly or not, for hosts that wait for each other.
fn circular(stage: &Stage<Act>, host: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut host = host.to_owned();
    while seen.insert(host.clone()) {
        let task = stage.tasks.iter().find(|task| task.target == host);
        match task.and_then(|task| task.after.first()) {
            Some(after) => host.clone_from(after),
            None => return false,
        }
    }
    true
}

proptest! {
    #[test]
    fn every_stream_is_well_formed(
        plan in plan(),
        mode in prop::sample::select(vec![Mode::Check, Mode::Apply]),
        parallelism in 1..6_usize,
        interrupts in prop::collection::vec(0..120_u64, 0..3),
    ) {
        let interrupted = !interrupts.is_empty();
        let ran = execute_plan(plan.clone(), mode, parallelism, interrupts);

        prop_assert!(ran.events.iter().zip(1..).all(|(event, seq)| event.seq == seq));
        prop_assert!(matches!(ran.events.first().unwrap().kind, EventKind::Run(_)));
        let mut reader = Reader::default();
        for event in &ran.events {
            reader.read(&event.kind, &plan, mode);
        }
        prop_assert!(reader.most <= parallelism);
        prop_assert!(reader.open_steps.is_empty());

        let summary = ran.outcome.summary;
        prop_assert_eq!(&ran.events.last().unwrap().kind, &EventKind::Summary(summary.clone()));
        prop_assert_eq!(summary.changed, reader.count(State::Changed));
        prop_assert_eq!(summary.unknown, reader.count(State::Unknown));
        prop_assert_eq!(summary.failed, summary.failures.len());
        prop_assert!(interrupted || summary.outcome != Outcome::Interrupted);
        prop_assert_eq!(summary.failed > 0, reader.failed_stage);
        if summary.failed > 0 {
            prop_assert!(matches!(summary.outcome, Outcome::Failed | Outcome::Interrupted));
        }
    }
}

//! Plans and a driver that live in memory; time is tokio's paused clock.

use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;

use crate::{
    Dispatcher, Driver, Event, EventKind, FailureKind, Interrupt, Mode, Options, PlanError,
    Planner, Redactor, Registered, RunInfo, RunOutcome, Sink, Stage, State, Step, StepEnd, Task,
    TaskFailure, TaskReporter, run,
};

/// What a step does.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Takes that many milliseconds and ends in that state.
    End(u64, State),
    /// Is told twice, as after a lost connection.
    Twice,
    Wait(&'static str),
    Register(&'static str, String),
    /// Ends the task with this failure, its step open.
    Abandon(FailureKind),
    /// Ends the task well, its step open.
    Forget,
    Panic,
}

pub(super) const OK: Act = Act::End(10, State::Ok);
pub(super) const CHANGED: Act = Act::End(10, State::Changed);
pub(super) const FAILED: Act = Act::End(10, State::Failed);

pub(super) struct ScriptedDriver;

#[async_trait::async_trait]
impl Driver<Act> for ScriptedDriver {
    async fn run(
        &self,
        _stage: &str,
        task: &Task<Act>,
        _mode: Mode,
        reporter: &TaskReporter,
    ) -> Result<(), TaskFailure> {
        for (index, step) in task.steps.iter().enumerate() {
            if reporter.stop_requested() {
                return Err(TaskFailure::interrupted());
            }
            reporter.step_started(index);
            match &step.action {
                Act::End(milliseconds, state) => {
                    sleep(Duration::from_millis(*milliseconds)).await;
                    reporter.step_ended(index, end(*state));
                    if *state == State::Failed {
                        return Err(TaskFailure::step_failed().with_hint("look at it"));
                    }
                    continue;
                }
                Act::Twice => {
                    reporter.step_started(index);
                    reporter.step_ended(index, end(State::Changed));
                    reporter.step_started(index);
                }
                Act::Wait(text) => {
                    sleep(Duration::from_secs(1)).await;
                    reporter.waiting(index, *text);
                }
                Act::Register(name, value) => reporter.registered(*name, value),
                Act::Abandon(kind) => return Err(TaskFailure::new(kind.clone(), "gone")),
                Act::Forget => return Ok(()),
                // Unlike `panic!` it prints nothing.
                Act::Panic => std::panic::resume_unwind(Box::new("out of cheese")),
            }
            reporter.step_ended(index, end(State::Ok));
        }
        Ok(())
    }
}

fn end(state: State) -> StepEnd {
    let failed = (state == State::Failed).then_some(());
    StepEnd {
        error: failed.map(|()| "exit status 1".to_owned()),
        output: failed.map(|()| "no such file".to_owned()),
        ..StepEnd::new(state)
    }
}

/// Stages that are known beforehand.
pub(super) struct Fixed(pub(super) Vec<(String, Result<Stage<Act>, PlanError>)>);

impl Planner<Act> for Fixed {
    fn stage_names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }

    fn plan(&mut self, stage: &str, _: &Registered) -> Result<Stage<Act>, PlanError> {
        self.0.iter().find(|(name, _)| name == stage).map(|(_, plan)| plan.clone()).unwrap()
    }
}

pub(super) fn fixed(stages: Vec<Stage<Act>>) -> Fixed {
    Fixed(stages.into_iter().map(|stage| (stage.name.clone(), Ok(stage))).collect())
}

pub(super) fn stage(name: &str, tasks: Vec<Task<Act>>) -> Stage<Act> {
    Stage { name: name.to_owned(), tasks }
}

pub(super) fn task(target: &str, after: &[&str], acts: &[Act]) -> Task<Act> {
    let steps = acts.iter().enumerate().map(|(index, act)| Step {
        name: format!("step {index}"),
        playbook: "book".to_owned(),
        action: act.clone(),
    });
    Task {
        target: target.to_owned(),
        after: after.iter().map(|&after| after.to_owned()).collect(),
        steps: steps.collect(),
    }
}

/// A sink that keeps everything.
#[derive(Clone, Default)]
pub(super) struct Kept(pub(super) Arc<Mutex<Vec<Event>>>);

impl Sink for Kept {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.0.lock().unwrap().push(event.clone());
        Ok(())
    }
}

pub(super) struct Ran {
    pub(super) outcome: RunOutcome,
    pub(super) events: Vec<Event>,
}

pub(super) fn info(mode: Mode) -> RunInfo {
    RunInfo {
        run: "20261120-061530-4f2a".parse().unwrap(),
        command: "up".to_owned(),
        cluster: "prod".to_owned(),
        mode,
        version: "0.1.0".to_owned(),
    }
}

pub(super) async fn apply(stages: Vec<Stage<Act>>) -> Ran {
    execute(&mut fixed(stages), Mode::Apply, 100, &Interrupt::default()).await
}

pub(super) async fn execute(
    planner: &mut dyn Planner<Act>,
    mode: Mode,
    parallelism: usize,
    interrupt: &Interrupt,
) -> Ran {
    execute_with(planner, Arc::new(ScriptedDriver), mode, parallelism, interrupt).await
}

pub(super) async fn execute_with<A: Send + Sync + 'static>(
    planner: &mut dyn Planner<A>,
    driver: Arc<dyn Driver<A>>,
    mode: Mode,
    parallelism: usize,
    interrupt: &Interrupt,
) -> Ran {
    let kept = Kept::default();
    let dispatcher = Dispatcher::start(Redactor::default(), vec![Box::new(kept.clone())]);
    let options =
        Options { info: info(mode), parallelism: NonZeroUsize::new(parallelism).unwrap() };
    let outcome = run(planner, driver, &options, interrupt, &dispatcher.events()).await;
    assert!(dispatcher.finish().is_empty());
    let events = std::mem::take(&mut *kept.0.lock().unwrap());
    Ran { outcome, events }
}

impl Ran {
    /// The state in which a host's task of a stage ended, with the reason given.
    pub(super) fn host(&self, stage: &str, host: &str) -> Option<(State, Option<String>)> {
        self.events.iter().rev().find_map(|event| match &event.kind {
            EventKind::Host(event) if event.stage == stage && event.host == host => {
                Some((event.state, event.text.clone().or(event.error.clone())))
            }
            _ => None,
        })
    }

    pub(super) fn stage(&self, stage: &str) -> State {
        let found = self.outcome.summary.stages.iter().find(|summary| summary.stage == stage);
        found.map(|summary| summary.state).unwrap()
    }

    /// One word an event: what begins and ends, in order.
    pub(super) fn story(&self) -> Vec<String> {
        let told = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Host(event) => Some(format!("{} {:?}", event.host, event.state)),
            _ => None,
        });
        told.collect()
    }
}

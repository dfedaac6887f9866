//! Events and frames that are kept, and played back.

use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use provisioner_engine::{
    Dispatcher, Driver, Event, EventKind, Interrupt, Mode, Options, PlanError, Planner, Redactor,
    Registered, RunInfo, RunOutcome, Sink, Stage, Task, TaskFailure, TaskReporter, run,
};
use provisioner_playbook::frames::{Frame, StageEnd};

use crate::HostAction;
use crate::work::Reading;

/// A sink that keeps everything.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Vec<Event>>>);

impl Kept {
    pub(super) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let note = |event: Event| match event.kind {
            EventKind::Note(note) => Some(note.text),
            _ => None,
        };
        self.events().into_iter().filter_map(note).collect()
    }

    /// `STEP STATE`, in order, with what else is told of the step in further words.
    pub(super) fn steps(&self) -> Vec<String> {
        let told = |event: Event| match event.kind {
            EventKind::Step(step) => {
                let more = [step.error, step.output, step.diff];
                let more: Vec<String> = more.into_iter().flatten().collect();
                Some(
                    format!("{} {:?} {}", step.step, step.state, more.join(" | "))
                        .trim()
                        .to_owned(),
                )
            }
            EventKind::Wait(wait) => Some(format!("{} waits: {}", wait.step, wait.text)),
            _ => None,
        };
        self.events().into_iter().filter_map(told).collect()
    }
}

impl Sink for Kept {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.0.lock().unwrap().push(event.clone());
        Ok(())
    }
}

/// One stage that is known beforehand.
pub(super) struct Fixed(pub(super) Stage<HostAction>);

impl Planner<HostAction> for Fixed {
    fn stage_names(&self) -> Vec<String> {
        vec![self.0.name.clone()]
    }

    fn plan(&mut self, _: &str, _: &Registered) -> Result<Stage<HostAction>, PlanError> {
        Ok(self.0.clone())
    }
}

/// What happened in a run of one stage.
pub(super) struct Ran {
    pub(super) outcome: RunOutcome,
    pub(super) kept: Kept,
}

pub(super) async fn carry_out(
    stage: Stage<HostAction>,
    driver: Arc<dyn Driver<HostAction>>,
    mode: Mode,
    interrupt: &Interrupt,
    kept: Kept,
) -> Ran {
    let dispatcher = Dispatcher::start(Redactor::default(), vec![Box::new(kept.clone())]);
    let info = RunInfo {
        run: "20261120-061530-4f2a".parse().unwrap(),
        command: "up".to_owned(),
        cluster: "prod".to_owned(),
        mode,
        version: "0.1.0".to_owned(),
    };
    let options = Options { info, parallelism: NonZeroUsize::new(10).unwrap() };
    let events = dispatcher.events();
    let outcome = run(&mut Fixed(stage), driver, &options, interrupt, &events).await;
    assert!(dispatcher.finish().is_empty());
    Ran { outcome, kept }
}

/// Answers every task with the same frames. After each list but the last the connection is lost.
pub(super) struct Answers(pub(super) Vec<Vec<Frame>>);

#[async_trait::async_trait]
impl Driver<HostAction> for Answers {
    async fn run(
        &self,
        _: &str,
        task: &Task<HostAction>,
        _: Mode,
        reporter: &TaskReporter,
    ) -> Result<(), TaskFailure> {
        for frames in &self.0 {
            let mut reading = Reading::new(task, reporter);
            for frame in frames {
                match reading.take(frame.clone()) {
                    None => {}
                    Some(StageEnd::Ok) => return Ok(()),
                    Some(StageEnd::Failed) => return Err(TaskFailure::step_failed()),
                    Some(StageEnd::Interrupted) => return Err(TaskFailure::interrupted()),
                }
            }
        }
        panic!("the frames have no end");
    }
}

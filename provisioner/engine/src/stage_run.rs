//! Runs one stage: all its tasks at once, as far as they need not wait for one another.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use crate::progress::{TaskEnd, seconds_since};
use crate::tally::Tally;
use crate::{
    Driver, EventKind, Events, FailureKind, HostEvent, HostSummary, Interrupt, Mode, Options,
    Registered, Stage, StageEvent, StageSummary, State, Task, TaskFailure, TaskReporter,
};

pub(crate) struct StageRun<A> {
    name: Arc<str>,
    mode: Mode,
    parallelism: usize,
    driver: Arc<dyn Driver<A>>,
    interrupt: Interrupt,
    events: Events,
    /// Tasks that have not begun, in the order of the plan.
    pending: Vec<Task<A>>,
    tasks: JoinSet<Result<(), TaskFailure>>,
    running: HashMap<Id, TaskReporter>,
    targets: BTreeSet<String>,
    ended: BTreeMap<String, State>,
    /// The target that ended last, and its slowest step.
    last: Option<(String, Option<String>)>,
    begun: Instant,
}

/// What can be done with a task that has not begun.
enum Readiness {
    Ready,
    Waits,
    /// It will never run, for this reason.
    Never(String),
}

impl<A: Send + Sync + 'static> StageRun<A> {
    pub(crate) fn new(
        stage: Stage<A>,
        driver: Arc<dyn Driver<A>>,
        options: &Options,
        interrupt: &Interrupt,
        events: &Events,
    ) -> Self {
        Self {
            name: stage.name.into(),
            mode: options.info.mode,
            parallelism: options.parallelism.get(),
            driver,
            interrupt: interrupt.clone(),
            events: events.clone(),
            targets: stage.tasks.iter().map(|task| task.target.clone()).collect(),
            pending: stage.tasks,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            ended: BTreeMap::new(),
            last: None,
            begun: Instant::now(),
        }
    }

    /// Runs the stage to its end and adds what happened to `tally` and `registered`.
    pub(crate) async fn run(mut self, tally: &mut Tally, registered: &mut Registered) {
        self.events.send(EventKind::Stage(StageEvent {
            hosts: Some(self.pending.len()),
            steps: Some(self.pending.iter().map(|task| task.steps.len()).sum()),
            ..StageEvent::new(&self.name, State::Started)
        }));
        loop {
            self.start_ready(tally);
            let Some(joined) = self.tasks.join_next_with_id().await else { break };
            self.task_ended(joined, tally, registered);
        }
        for task in std::mem::take(&mut self.pending) {
            let reason = format!("it and {} wait for each other", task.after.join(", "));
            self.fail(&task, TaskFailure::new(FailureKind::Internal, reason), tally);
        }
        tally.stage_ended(self.summary(), &self.events);
    }

    /// Starts what can start, and skips what never will; a task skipped may decide about others.
    fn start_ready(&mut self, tally: &mut Tally) {
        loop {
            let before = self.pending.len();
            for task in std::mem::take(&mut self.pending) {
                match self.readiness(&task, tally) {
                    Readiness::Ready if self.running.len() < self.parallelism => self.start(task),
                    Readiness::Ready | Readiness::Waits => self.pending.push(task),
                    Readiness::Never(reason) => self.skip(&task, reason, tally),
                }
            }
            if self.pending.len() == before {
                break;
            }
        }
    }

    fn readiness(&self, task: &Task<A>, tally: &mut Tally) -> Readiness {
        if tally.interrupted(&self.interrupt) {
            return Readiness::Never("interrupted".to_owned());
        }
        if let Some(failure) = tally.lost_target(&task.target) {
            return Readiness::Never(failure.error.clone());
        }
        // Checks change nothing, so they need no order.
        let after = if self.mode == Mode::Check { &[] } else { task.after.as_slice() };
        for target in after.iter().filter(|target| self.targets.contains(*target)) {
            match self.ended.get(target) {
                None => return Readiness::Waits,
                Some(State::Failed) => return Readiness::Never(format!("{target} failed")),
                Some(State::Skipped) => return Readiness::Never(format!("{target} was skipped")),
                Some(_) => {}
            }
        }
        Readiness::Ready
    }

    fn start(&mut self, task: Task<A>) {
        let reporter = TaskReporter::start(&self.name, &task, &self.events, &self.interrupt);
        let (stage, mode, driver) = (Arc::clone(&self.name), self.mode, Arc::clone(&self.driver));
        let (told, interrupt) = (reporter.clone(), self.interrupt.clone());
        let handle = self.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = interrupt.aborted() => Err(TaskFailure::interrupted()),
                result = driver.run(&stage, &task, mode, &told) => result,
            }
        });
        self.running.insert(handle.id(), reporter);
    }

    fn task_ended(
        &mut self,
        joined: Result<(Id, Result<(), TaskFailure>), JoinError>,
        tally: &mut Tally,
        registered: &mut Registered,
    ) {
        let (id, result) = match joined {
            Ok(ended) => ended,
            Err(error) => (error.id(), Err(panicked(error))),
        };
        let Some(reporter) = self.running.remove(&id) else { return };
        let mut end = reporter.end(result);
        for (name, value) in std::mem::take(&mut end.registered) {
            registered.insert(&end.host, name, value);
        }
        self.keep_end(end, tally);
    }

    /// A task that cannot begin.
    fn fail(&mut self, task: &Task<A>, failure: TaskFailure, tally: &mut Tally) {
        let reporter = TaskReporter::start(&self.name, task, &self.events, &self.interrupt);
        self.keep_end(reporter.end(Err(failure)), tally);
    }

    fn keep_end(&mut self, end: TaskEnd, tally: &mut Tally) {
        tally.task_ended(&end);
        self.ended.insert(end.host.clone(), end.state);
        self.last = Some((end.host, end.slowest));
    }

    fn skip(&mut self, task: &Task<A>, reason: String, tally: &mut Tally) {
        let event = HostEvent::new(&self.name, &task.target, State::Skipped);
        self.events.send(EventKind::Host(HostEvent { text: Some(reason), ..event }));
        tally.count(&HostSummary { host: task.target.clone(), ..HostSummary::default() });
        self.ended.insert(task.target.clone(), State::Skipped);
    }

    fn summary(&mut self) -> StageSummary {
        let (waited_for, waited_on) = self.last.take().unzip();
        StageSummary {
            stage: self.name.to_string(),
            state: self.state(),
            seconds: seconds_since(self.begun),
            waited_for,
            waited_on: waited_on.flatten(),
        }
    }

    fn state(&self) -> State {
        let any = |state| self.ended.values().any(|ended| *ended == state);
        if any(State::Failed) {
            State::Failed
        } else if self.ended.values().all(|ended| *ended == State::Skipped) {
            State::Skipped
        } else if any(State::Unknown) || any(State::Skipped) {
            State::Unknown
        } else if any(State::Changed) {
            State::Changed
        } else {
            State::Ok
        }
    }
}

fn panicked(error: JoinError) -> TaskFailure {
    let message = match error.try_into_panic() {
        Ok(panic) => panic_message(panic.as_ref()),
        Err(error) => error.to_string(),
    };
    TaskFailure::new(FailureKind::Internal, format!("this program failed by mistake: {message}"))
        .with_hint("run the same command again; please report this")
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

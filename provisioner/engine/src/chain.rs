//! One run over two kinds of targets: first all stages of one, then those of the other.

use std::sync::Arc;

use crate::{
    Driver, Mode, PlanError, Planner, Registered, Stage, Step, Task, TaskFailure, TaskReporter,
};

/// An action of either kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Either<A, B> {
    First(A),
    Second(B),
}

/// What a run has besides its own: the stages of another room, and who carries them out.
pub struct Further<'a, B> {
    pub planner: &'a mut dyn Planner<B>,
    pub driver: Arc<dyn Driver<B>>,
}

impl<B> std::fmt::Debug for Further<'_, B> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Further").finish_non_exhaustive()
    }
}

/// Stages of two planners, those of the first one first. No stage of one may be called as one of
/// the other.
pub struct Chain<'a, A, B> {
    first: &'a mut dyn Planner<A>,
    second: &'a mut dyn Planner<B>,
}

impl<A, B> std::fmt::Debug for Chain<'_, A, B> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Chain").finish_non_exhaustive()
    }
}

impl<'a, A, B> Chain<'a, A, B> {
    pub fn new(first: &'a mut dyn Planner<A>, second: &'a mut dyn Planner<B>) -> Self {
        Self { first, second }
    }
}

impl<A, B> Planner<Either<A, B>> for Chain<'_, A, B> {
    fn stage_names(&self) -> Vec<String> {
        let mut names = self.first.stage_names();
        names.extend(self.second.stage_names());
        names
    }

    fn targets_are_independent(&self) -> bool {
        self.first.targets_are_independent() && self.second.targets_are_independent()
    }

    fn plan(
        &mut self,
        stage: &str,
        registered: &Registered,
    ) -> Result<Stage<Either<A, B>>, PlanError> {
        if self.first.stage_names().iter().any(|name| name == stage) {
            Ok(wrapped(self.first.plan(stage, registered)?, Either::First))
        } else {
            Ok(wrapped(self.second.plan(stage, registered)?, Either::Second))
        }
    }
}

fn wrapped<A, B>(stage: Stage<A>, wrap: impl Fn(A) -> B) -> Stage<B> {
    let step = |step: Step<A>| Step {
        name: step.name,
        playbook: step.playbook,
        action: wrap(step.action),
    };
    let task = |task: Task<A>| Task {
        target: task.target,
        after: task.after,
        steps: task.steps.into_iter().map(&step).collect(),
    };
    Stage { name: stage.name, tasks: stage.tasks.into_iter().map(task).collect() }
}

/// Two drivers; each carries out the tasks of its kind.
pub struct Both<A, B> {
    first: Arc<dyn Driver<A>>,
    second: Arc<dyn Driver<B>>,
}

impl<A, B> std::fmt::Debug for Both<A, B> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Both").finish_non_exhaustive()
    }
}

impl<A, B> Both<A, B> {
    pub fn new(first: Arc<dyn Driver<A>>, second: Arc<dyn Driver<B>>) -> Self {
        Self { first, second }
    }
}

#[async_trait::async_trait]
impl<A, B> Driver<Either<A, B>> for Both<A, B>
where
    A: Clone + Send + Sync + 'static,
    B: Clone + Send + Sync + 'static,
{
    async fn run(
        &self,
        stage: &str,
        task: &Task<Either<A, B>>,
        mode: Mode,
        reporter: &TaskReporter,
    ) -> Result<(), TaskFailure> {
        let first = |action: &Either<A, B>| match action {
            Either::First(action) => Some(action.clone()),
            Either::Second(_) => None,
        };
        if let Some(task) = unwrapped(task, first) {
            return self.first.run(stage, &task, mode, reporter).await;
        }
        let second = |action: &Either<A, B>| match action {
            Either::First(_) => None,
            Either::Second(action) => Some(action.clone()),
        };
        match unwrapped(task, second) {
            Some(task) => self.second.run(stage, &task, mode, reporter).await,
            // A stage is planned by one planner as a whole.
            None => Ok(()),
        }
    }
}

/// The task as its driver knows it; None for one of the other kind.
fn unwrapped<A, B>(task: &Task<B>, unwrap: impl Fn(&B) -> Option<A>) -> Option<Task<A>> {
    let steps = task.steps.iter().map(|step| {
        Some(Step {
            name: step.name.clone(),
            playbook: step.playbook.clone(),
            action: unwrap(&step.action)?,
        })
    });
    Some(Task {
        target: task.target.clone(),
        after: task.after.clone(),
        steps: steps.collect::<Option<_>>()?,
    })
}

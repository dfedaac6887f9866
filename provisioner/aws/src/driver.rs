//! Carries out steps on AWS.

use std::sync::Arc;

use provisioner_engine::{
    Driver, FailureKind, Mode, State, StepEnd, Task, TaskFailure, TaskReporter,
};

use crate::account::{self, Account};
use crate::action::{Action, AwsAction};
use crate::resource::{Removal, Resource};
use crate::resources::node_group;
use crate::work::{Context, Work};
use crate::{AwsError, facts, removals, unwanted};

pub(crate) struct AwsDriver {
    pub(crate) context: Arc<Context>,
    pub(crate) prune: bool,
}

#[async_trait::async_trait]
impl Driver<AwsAction> for AwsDriver {
    async fn run(
        &self,
        _stage: &str,
        task: &Task<AwsAction>,
        mode: Mode,
        reporter: &TaskReporter,
    ) -> Result<(), TaskFailure> {
        for (index, step) in task.steps.iter().enumerate() {
            if reporter.stop_requested() {
                return Err(TaskFailure::interrupted());
            }
            reporter.step_started(index);
            let work = Work { context: &self.context, reporter, index };
            match self.step(&work, &step.action.0, mode).await {
                Ok(end) => reporter.step_ended(index, end),
                Err(AwsError::Interrupted) => return Err(TaskFailure::interrupted()),
                Err(error) => return Err(failed(reporter, index, &error)),
            }
        }
        Ok(())
    }
}

fn failed(reporter: &TaskReporter, index: usize, error: &AwsError) -> TaskFailure {
    let lost = matches!(error, AwsError::NoAnswer { .. } | AwsError::NoCredentials { .. });
    let end = StepEnd {
        error: Some(format!("failed to {error}")),
        hint: error.hint(),
        ..StepEnd::new(State::Failed)
    };
    if !lost {
        reporter.step_ended(index, end);
        return TaskFailure::step_failed();
    }
    let failure = TaskFailure::new(FailureKind::Unreachable, format!("failed to {error}"));
    match error.hint() {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

fn unchanged() -> StepEnd {
    StepEnd::new(State::Ok)
}

fn changed(diff: String) -> StepEnd {
    StepEnd { diff: Some(diff), ..StepEnd::new(State::Changed) }
}

impl AwsDriver {
    async fn step(
        &self,
        work: &Work<'_>,
        action: &Action,
        mode: Mode,
    ) -> Result<StepEnd, AwsError> {
        match action {
            Action::Read { to_remove } => self.read(work, *to_remove, mode).await,
            Action::Make(resource) => make(work, resource.as_ref(), mode).await,
            Action::Remove(removal) => remove(work, removal.as_ref(), mode).await,
            Action::Scale { group, desired } => scale(work, group, *desired, mode).await,
            Action::Verify => self.verify(work, mode).await,
        }
    }

    async fn read(
        &self,
        work: &Work<'_>,
        to_remove: bool,
        mode: Mode,
    ) -> Result<StepEnd, AwsError> {
        let account = Box::pin(account::read(&self.context, to_remove)).await?;
        if !to_remove {
            self.tell(work, &account, mode);
        }
        self.context.update(|known| *known = account);
        Ok(unchanged())
    }

    /// What is worth knowing before anything is done.
    fn tell(&self, work: &Work<'_>, account: &Account, mode: Mode) {
        if mode == Mode::Check {
            work.reporter.note(facts::what_will_exist(&self.context.cluster, &account.zones));
        }
        if !self.prune {
            let unwanted = unwanted::unwanted(&self.context, account);
            for removal in unwanted {
                let target = removal.target();
                work.reporter.note(format!("{target} is not in the spec: `up --prune` removes it"));
            }
        }
    }

    /// Looks at everything once more, tells what is gone, and fails when anything is left.
    async fn verify(&self, work: &Work<'_>, mode: Mode) -> Result<StepEnd, AwsError> {
        if mode == Mode::Check {
            return Ok(unchanged());
        }
        let all =
            |account: &Account| removals::all(&self.context.cluster, &self.context.names, account);
        let before = all(&self.context.account());
        let left = all(&Box::pin(account::read(&self.context, true)).await?);
        let line = |one: &Arc<dyn Removal>| format!("{}: {}", one.target(), one.goes().join(", "));
        let is_left = |one: &Arc<dyn Removal>| left.iter().any(|it| it.target() == one.target());
        for gone in before.iter().filter(|one| !is_left(one)) {
            work.reporter.note(format!("verified gone: {}", line(gone)));
        }
        if left.is_empty() {
            return Ok(unchanged());
        }
        let left: Vec<_> = left.iter().map(line).collect();
        Err(AwsError::NotPossible {
            what: "remove everything".to_owned(),
            why: format!("still there: {}", left.join("; ")),
            hint: "run `provisioner down` once more; the reasons are above".to_owned(),
        })
    }
}

async fn make(work: &Work<'_>, resource: &dyn Resource, mode: Mode) -> Result<StepEnd, AwsError> {
    let difference = resource.difference(&work.context.account())?;
    if difference.is_same() {
        return Ok(unchanged());
    }
    if mode == Mode::Apply {
        resource.apply(work, &difference).await?;
    }
    Ok(changed(difference.text()))
}

async fn remove(work: &Work<'_>, removal: &dyn Removal, mode: Mode) -> Result<StepEnd, AwsError> {
    if mode == Mode::Apply {
        removal.remove(work).await?;
    }
    let lines: Vec<String> = removal.goes().iter().map(|line| format!("-{line}\n")).collect();
    Ok(changed(lines.concat()))
}

async fn scale(work: &Work<'_>, name: &str, desired: u32, mode: Mode) -> Result<StepEnd, AwsError> {
    let groups: Vec<_> = {
        let account = work.context.account();
        node_group::of_spec(&account, name).into_iter().cloned().collect()
    };
    let refuse = |why: String, hint: &str| AwsError::NotPossible {
        what: format!("scale the node group {name}"),
        why,
        hint: hint.to_owned(),
    };
    let Some(group) = groups.first() else {
        return Err(refuse(
            "the cluster has none of that name".to_owned(),
            "`provisioner up` first",
        ));
    };
    if !(group.min..=group.max).contains(&desired) {
        let why = format!("{desired} is not from {} to {}", group.min, group.max);
        return Err(refuse(why, "change `min` or `max` in the spec, then `provisioner up`"));
    }
    if group.desired == desired {
        return Ok(unchanged());
    }
    if mode == Mode::Apply {
        node_group::scale(work, group, desired).await?;
    }
    Ok(changed(format!("-desired: {}\n+desired: {desired}\n", group.desired)))
}

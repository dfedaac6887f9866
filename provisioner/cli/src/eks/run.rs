use provisioner_aws::{AwsSite, Purpose as Task, RunOptions};
use provisioner_engine::{Further, RunInfo, Sink, Summary};
use provisioner_kube as kube;

use crate::addons::Addons;
use crate::error::Error;
use crate::program::Program;
use crate::run::{self, Purpose};

/// How a run on AWS is shown, and whether it changes anything.
pub(super) struct How {
    /// As in `provisioner up`.
    command: &'static str,
    view: Purpose,
    /// What is shown first.
    order: Vec<String>,
}

impl How {
    pub(super) fn new(command: &'static str, view: Purpose) -> Self {
        Self { command, view, order: Vec::new() }
    }

    pub(super) fn ordered(self, order: Vec<String>) -> Self {
        Self { order, ..self }
    }
}

/// One that changes something.
pub(super) const APPLY: Purpose = Purpose::Up { skip_preflight: false };

/// Carries out a run on AWS; with the addons of the cluster if they are given.
pub(super) fn carry_out(
    program: &Program,
    site: &AwsSite,
    addons: Option<&Addons>,
    task: Task,
    how: &How,
) -> Result<Summary, Error> {
    let (options, sinks) = begin(program, site, how);
    let site = site.clone();
    let claim = run::claim(program, &options.info);
    run::carry_out(program, sinks, async move |interrupt, events| {
        let Some(addons) = addons else {
            return Ok(provisioner_aws::carry_out(site, task, options, &interrupt, &events).await);
        };
        let (of_addons, driver) = match task {
            Task::Down => (kube::Purpose::Vacate, addons.lenient_driver(claim)),
            _ => (addons.up(), addons.driver(claim)),
        };
        let mut planner = addons.planner(of_addons, &events);
        let further = Further { planner: &mut planner, driver };
        let run = provisioner_aws::carry_out_with;
        let summary = run(site, task, options, further, &interrupt, &events).await;
        addons.toolbox.release().await;
        Ok(summary)
    })
}

/// What the run is told, and whoever reads its events.
fn begin(program: &Program, site: &AwsSite, how: &How) -> (RunOptions, Vec<Box<dyn Sink>>) {
    let info = run::info(&site.cluster.name, how.view);
    let info = RunInfo { command: how.command.to_owned(), ..info };
    let options = RunOptions { info: info.clone(), parallelism: program.options.parallelism };
    let mut sinks = Vec::from_iter(run::progress(&program.terminal, how.view, &[]));
    sinks.extend(run::results(&program.terminal, how.view, how.order.clone()));
    if how.view != Purpose::Preview {
        sinks.extend(run::record(program, &info));
    }
    (options, sinks)
}

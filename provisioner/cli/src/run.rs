//! A run as a command sees it: recorded, shown, and stoppable.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use provisioner_engine::{
    Dispatcher, Events, Further, Interrupt, Journal, KEPT_RUNS, Mode, Options, Redactor, RunId,
    RunInfo, RunJournal, Sink, Summary,
};
use provisioner_hosts::{
    Drain, LocalFile, Operation, PreflightReport, Removal, RunOptions, Site, UpOutcome,
};
use provisioner_kube::{Claim, Purpose as Task};

use crate::addons::Addons;
use crate::environment;
use crate::error::Error;
use crate::program::{Program, block_on};
use crate::render::{Detail, JsonLines, Lines, Live, PlanView, SummaryView, Targets};
use crate::signals;
use crate::terminal::Terminal;

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Show what would change.
    Plan,
    /// Show in short what would change, before asking.
    Preview,
    Up {
        skip_preflight: bool,
    },
    Down,
}

/// Carries out `plan` or `up`.
pub(crate) fn up(
    program: &Program,
    site: &Arc<Site>,
    addons: &Addons,
    purpose: Purpose,
) -> Result<UpOutcome, Error> {
    let options = options(program, site, purpose);
    let sinks = sinks(program, site, purpose, &options.info);
    up_with(program, site, addons, options, sinks)
}

/// Shows in short what `up` would change, as far as preflight would let it.
pub(crate) fn preview(
    program: &Program,
    site: &Arc<Site>,
    addons: &Addons,
    skip_preflight: bool,
) -> Result<UpOutcome, Error> {
    let options = options(program, site, Purpose::Preview);
    let options = RunOptions { is_preview: true, ignore_findings: skip_preflight, ..options };
    let sinks = sinks(program, site, Purpose::Preview, &options.info);
    up_with(program, site, addons, options, sinks)
}

/// Carries out a `plan` of which only the end counts.
pub(crate) fn unseen(
    program: &Program,
    site: &Arc<Site>,
    addons: &Addons,
) -> Result<UpOutcome, Error> {
    let options = options(program, site, Purpose::Preview);
    up_with(program, site, addons, options, Vec::new())
}

fn up_with(
    program: &Program,
    site: &Arc<Site>,
    addons: &Addons,
    options: RunOptions,
    sinks: Vec<Box<dyn Sink>>,
) -> Result<UpOutcome, Error> {
    let site = Arc::clone(site);
    let driver = addons.driver(claim(program, &options.info));
    carry_out(program, sinks, async move |interrupt, events| {
        let mut planner = addons.planner(addons.up(), &events);
        let further = Further { planner: &mut planner, driver };
        let ended = provisioner_hosts::up(site, options, further, &interrupt, &events).await;
        addons.toolbox.release().await;
        Ok(ended?)
    })
}

/// Carries out what is done with addons alone; `command` is what the record calls it.
pub(crate) fn addons(
    program: &Program,
    addons: &Addons,
    (command, task): (&str, Task),
    purpose: Purpose,
) -> Result<Summary, Error> {
    let info = RunInfo { command: command.to_owned(), ..info(&addons.cluster, purpose) };
    let names = addons.targets();
    let mut sinks = Vec::from_iter(progress(&program.terminal, purpose, &names));
    sinks.extend(results(&program.terminal, purpose, names));
    if purpose != Purpose::Preview {
        sinks.extend(record(program, &info));
    }
    let driver = addons.driver(claim(program, &info));
    let options = Options { info, parallelism: program.options.parallelism };
    carry_out(program, sinks, async move |interrupt, events| {
        let mut planner = addons.planner(task, &events);
        let run = provisioner_engine::run(&mut planner, driver, &options, &interrupt, &events);
        let summary = run.await.summary;
        addons.toolbox.release().await;
        Ok(summary)
    })
}

/// Carries out `down`, or shows what it would do.
pub(crate) fn down(
    program: &Program,
    site: &Arc<Site>,
    purpose: Purpose,
) -> Result<Summary, Error> {
    let mut options = options(program, site, purpose);
    "down".clone_into(&mut options.info.command);
    let hosts = host_names(site);
    let mut sinks = Vec::from_iter(progress(&program.terminal, purpose, &hosts));
    if purpose == Purpose::Preview {
        // All of it, since it is about to be lost.
        sinks.push(Box::new(PlanView::new(io::stderr(), program.terminal.palette, hosts)));
    } else {
        sinks.extend(results(&program.terminal, purpose, hosts));
        sinks.extend(record(program, &options.info));
    }
    let site = Arc::clone(site);
    carry_out(program, sinks, async move |interrupt, events| {
        Ok(provisioner_hosts::down(site, options, &interrupt, &events).await?)
    })
}

/// Carries out the removal of one host.
pub(crate) fn remove(program: &Program, removal: &Removal, drain: Drain) -> Result<Summary, Error> {
    let mut options = options(program, removal.site(), Purpose::Down);
    "scale".clone_into(&mut options.info.command);
    let hosts = host_names(removal.site());
    let mut sinks = Vec::from_iter(progress(&program.terminal, Purpose::Down, &hosts));
    sinks.extend(results(&program.terminal, Purpose::Down, hosts));
    sinks.extend(record(program, &options.info));
    carry_out(program, sinks, async move |interrupt, events| {
        Ok(provisioner_hosts::remove(removal, drain, options, &interrupt, &events).await?)
    })
}

/// Carries out an operation on a cluster that stands, or shows what it would change.
pub(crate) fn operate(
    program: &Program,
    site: &Arc<Site>,
    operation: Operation,
    purpose: Purpose,
) -> Result<UpOutcome, Error> {
    operate_with(program, site, operation, purpose, BTreeMap::new())
}

/// The same with files of this machine, by the names that playbooks know them by.
pub(crate) fn operate_with(
    program: &Program,
    site: &Arc<Site>,
    operation: Operation,
    purpose: Purpose,
    files: BTreeMap<String, LocalFile>,
) -> Result<UpOutcome, Error> {
    let mut options = RunOptions { files, ..options(program, site, purpose) };
    operation.name().clone_into(&mut options.info.command);
    let sinks = sinks(program, site, purpose, &options.info);
    let site = Arc::clone(site);
    carry_out(program, sinks, async move |interrupt, events| {
        Ok(provisioner_hosts::operate(site, operation, options, &interrupt, &events).await?)
    })
}

/// Whoever reads the events of a run.
fn sinks(program: &Program, site: &Site, purpose: Purpose, info: &RunInfo) -> Vec<Box<dyn Sink>> {
    let hosts = host_names(site);
    let mut sinks = Vec::from_iter(progress(&program.terminal, purpose, &hosts));
    sinks.extend(results(&program.terminal, purpose, hosts));
    if purpose != Purpose::Preview {
        sinks.extend(record(program, info));
    }
    sinks
}

/// Carries out `preflight`.
pub(crate) fn preflight(program: &Program, site: &Arc<Site>) -> Result<PreflightReport, Error> {
    let mut options = options(program, site, Purpose::Plan);
    "preflight".clone_into(&mut options.info.command);
    // As JSON the report is all there is.
    let shown = !program.terminal.is_json();
    let progress = || progress(&program.terminal, Purpose::Plan, &host_names(site));
    let sinks = shown.then(progress).flatten().into_iter().collect();
    let site = Arc::clone(site);
    carry_out(program, sinks, async move |interrupt, events| {
        let report = provisioner_hosts::preflight(site, options, &interrupt, &events).await?;
        if interrupt.stop_requested() { Err(Error::Interrupted) } else { Ok(report) }
    })
}

pub(crate) fn carry_out<T, F>(
    program: &Program,
    sinks: Vec<Box<dyn Sink>>,
    run: F,
) -> Result<T, Error>
where
    F: AsyncFnOnce(Interrupt, Events) -> Result<T, Error>,
{
    let dispatcher = Dispatcher::start(Redactor::default(), sinks);
    let events = dispatcher.events();
    let interrupt = Interrupt::default();
    let result = block_on(async {
        let signals = signals::listen(&interrupt, &events).map_err(Error::Runtime)?;
        let result = run(interrupt, events).await;
        signals.abort();
        result
    });
    for error in dispatcher.finish() {
        if error.kind() != io::ErrorKind::BrokenPipe {
            program
                .terminal
                .warn(format_args!("the run was not shown or recorded to its end: {error}"));
        }
    }
    result
}

/// What is on record about a run that begins now.
pub(crate) fn info(cluster: &str, purpose: Purpose) -> RunInfo {
    let (command, mode) = match purpose {
        Purpose::Plan | Purpose::Preview => ("plan", Mode::Check),
        Purpose::Up { .. } => ("up", Mode::Apply),
        Purpose::Down => ("down", Mode::Apply),
    };
    RunInfo {
        run: RunId::new(Timestamp::now()),
        command: command.to_owned(),
        cluster: cluster.to_owned(),
        mode,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn options(program: &Program, site: &Site, purpose: Purpose) -> RunOptions {
    RunOptions {
        info: info(&site.cluster.name, purpose),
        parallelism: program.options.parallelism,
        ignore_findings: matches!(purpose, Purpose::Up { skip_preflight: true }),
        is_preview: false,
        files: BTreeMap::new(),
        holder: holder(),
        journal: journal(program),
    }
}

/// Who takes the lock on the addons of a cluster.
pub(crate) fn claim(program: &Program, info: &RunInfo) -> Claim {
    Claim {
        run: info.run.clone(),
        holder: holder(),
        journal: journal(program),
        lasts: Claim::LASTS,
    }
}

/// Who runs this, for whoever finds a lock held.
fn holder() -> String {
    format!("{}@{}", environment::user(), environment::machine())
}

fn journal(program: &Program) -> Option<Journal> {
    program.environment.runs().ok().map(Journal::new)
}

/// What is seen while the run goes on.
pub(crate) fn progress(
    terminal: &Terminal,
    purpose: Purpose,
    hosts: &[String],
) -> Option<Box<dyn Sink>> {
    if terminal.is_json() && purpose != Purpose::Preview {
        return Some(Box::new(JsonLines(io::stdout())));
    }
    if terminal.is_live() {
        let view = Live::new(terminal.screen.clone(), terminal.palette, hosts);
        // A plan says all that is to be said.
        let view = if purpose == Purpose::Plan { view.silent() } else { view };
        return Some(Box::new(view));
    }
    let detail = match (terminal.is_verbose(), purpose) {
        _ if terminal.is_quiet() => return None,
        (true, _) => Detail::EveryStep,
        (false, Purpose::Up { .. } | Purpose::Down) => Detail::Changes,
        // The plan itself will say all of it.
        (false, _) => return None,
    };
    let targets = if hosts.is_empty() { Targets::Resources } else { Targets::Hosts };
    Some(Box::new(Lines::new(io::stderr(), terminal.palette, detail).over(targets)))
}

/// In the order of the spec.
fn host_names(site: &Site) -> Vec<String> {
    site.cluster.all_hosts().map(|host| host.name.clone()).collect()
}

/// What is seen when the run has ended. A plan is data; the end of a run is a message.
pub(crate) fn results(
    terminal: &Terminal,
    purpose: Purpose,
    hosts: Vec<String>,
) -> Option<Box<dyn Sink>> {
    let (palette, data_palette) = (terminal.palette, terminal.data_palette);
    match purpose {
        Purpose::Preview => Some(Box::new(SummaryView::new(io::stderr(), palette, hosts))),
        _ if terminal.is_json() => None,
        Purpose::Plan => Some(Box::new(PlanView::new(io::stdout(), data_palette, hosts))),
        Purpose::Up { .. } | Purpose::Down => {
            Some(Box::new(SummaryView::new(io::stderr(), palette, hosts)))
        }
    }
}

/// The record of the run. A run that cannot be recorded goes on all the same.
pub(crate) fn record(program: &Program, info: &RunInfo) -> Option<Box<dyn Sink>> {
    match begin_record(program, info) {
        Ok(record) => Some(Box::new(record)),
        Err(error) => {
            program.terminal.warn(format_args!("this run is not recorded: failed to {error}"));
            None
        }
    }
}

fn begin_record(program: &Program, info: &RunInfo) -> Result<RunJournal, Error> {
    let journal = Journal::new(program.environment.runs()?);
    let record = journal.create(info)?;
    journal.prune(KEPT_RUNS)?;
    Ok(record)
}

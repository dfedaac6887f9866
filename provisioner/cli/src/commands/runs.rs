use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use provisioner_engine::{Journal, Mode, RecordedRun, RunId, Sink};
use serde_json::json;

use crate::arguments::{RunsCommand, RunsReport, RunsShow};
use crate::error::Error;
use crate::exit::Exit;
use crate::private_file;
use crate::program::Program;
use crate::render::{self, Detail, JsonLines, Lines, PlanView, SummaryView};
use crate::terminal::Terminal;

pub(crate) fn run(program: &Program, command: &RunsCommand) -> Result<Exit, Error> {
    let folder = program.environment.runs()?;
    let journal = Journal::new(&folder);
    match command {
        RunsCommand::List => list(&program.terminal, &journal)?,
        RunsCommand::Show(RunsShow { run }) => {
            let run = run_or_newest(&journal, run.as_ref(), folder)?;
            show(&program.terminal, &journal.read(&run)?)?;
        }
        RunsCommand::Report(RunsReport { run, out }) => {
            let run = run_or_newest(&journal, run.as_ref(), folder)?;
            report(&program.terminal, &journal, &run, out.as_deref())?;
        }
    }
    Ok(Exit::Done)
}

fn list(terminal: &Terminal, journal: &Journal) -> Result<(), Error> {
    let runs = journal.list()?;
    if terminal.is_json() {
        return terminal.json(&render::runs_as_json(&runs));
    }
    if runs.is_empty() {
        terminal.say("No runs are recorded yet.");
        return Ok(());
    }
    terminal.data(render::run_list(&runs))
}

fn run_or_newest(
    journal: &Journal,
    run: Option<&RunId>,
    folder: Utf8PathBuf,
) -> Result<RunId, Error> {
    if let Some(run) = run {
        return Ok(run.clone());
    }
    let newest = journal.list()?.into_iter().next();
    newest.map(|entry| entry.info.run).ok_or(Error::NoRuns { folder })
}

/// Writes a page about a run.
fn report(
    terminal: &Terminal,
    journal: &Journal,
    run: &RunId,
    out: Option<&Utf8Path>,
) -> Result<(), Error> {
    // Asked first: what ends while it is read has an end, or is still said to go on.
    let goes_on = !journal.has_ended(run);
    let page = render::report(&journal.read(run)?, goes_on).map_err(Error::Report)?;
    let path = out.map_or_else(|| Utf8PathBuf::from(format!("{run}.html")), Utf8Path::to_owned);
    if path == "-" {
        return terminal.data(page);
    }
    private_file::replace(&path, &page)
        .map_err(|source| Error::WriteReport { path: path.clone(), source })?;
    if terminal.is_json() {
        return terminal.json(&json!({ "run": run, "path": path }));
    }
    terminal.say(format_args!("wrote {path}"));
    Ok(())
}

fn show(terminal: &Terminal, run: &RecordedRun) -> Result<(), Error> {
    for mut reader in readers(terminal, run.info.mode) {
        run.events.iter().try_for_each(|event| reader.event(event))?;
    }
    Ok(())
}

/// The same that showed the run when it ran where there was no terminal.
fn readers(terminal: &Terminal, mode: Mode) -> Vec<Box<dyn Sink>> {
    let palette = terminal.data_palette;
    if terminal.is_json() {
        return vec![Box::new(JsonLines(io::stdout()))];
    }
    let detail = if terminal.is_verbose() { Detail::EveryStep } else { Detail::Changes };
    let lines = Box::new(Lines::new(io::stdout(), palette, detail));
    match mode {
        Mode::Apply => vec![lines, Box::new(SummaryView::new(io::stdout(), palette, Vec::new()))],
        Mode::Check => vec![lines, Box::new(PlanView::new(io::stdout(), palette, Vec::new()))],
    }
}

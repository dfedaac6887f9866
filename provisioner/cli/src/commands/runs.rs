use std::io;

use provisioner_engine::{Journal, Mode, RecordedRun, RunId, Sink};

use crate::arguments::{RunsCommand, RunsShow};
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::render::{self, Detail, JsonLines, Lines, PlanView, SummaryView};
use crate::terminal::Terminal;

pub(crate) fn run(program: &Program, command: &RunsCommand) -> Result<Exit, Error> {
    let folder = program.environment.runs()?;
    let journal = Journal::new(&folder);
    match command {
        RunsCommand::List => list(&program.terminal, &journal)?,
        RunsCommand::Show(RunsShow { run }) => {
            let run = match run {
                Some(run) => run.clone(),
                None => newest(&journal)?.ok_or(Error::NoRuns { folder })?,
            };
            show(&program.terminal, &journal.read(&run)?)?;
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

fn newest(journal: &Journal) -> Result<Option<RunId>, Error> {
    Ok(journal.list()?.into_iter().next().map(|entry| entry.info.run))
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

use provisioner_engine::Outcome;
use provisioner_kube::Purpose as Task;

use super::place::place;
use crate::addons;
use crate::arguments::AddonsDown;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::run::{self, Purpose};

pub(crate) fn run(program: &Program, arguments: &AddonsDown) -> Result<Exit, Error> {
    let AddonsDown { which, yes } = arguments;
    if !yes && !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    let addons = addons::open_without_secrets(program, &which.spec.file, place(program, which)?)?;
    for name in &which.names {
        addons.library.get(name)?;
    }
    let task = || Task::Down(which.names.clone());
    if !yes {
        let preview = ("addons down", task());
        let summary = run::addons(program, &addons, preview, Purpose::Preview)?;
        if summary.outcome != Outcome::ChangesPending {
            return Ok(Exit::of_run(&summary));
        }
        program.terminal.agree(format!("\nRemove this from {}?", addons.cluster))?;
    }
    let purpose = Purpose::Up { skip_preflight: false };
    let summary = run::addons(program, &addons, ("addons down", task()), purpose)?;
    Ok(Exit::of_run(&summary))
}

use provisioner_engine::Outcome;

use super::place::place;
use crate::addons;
use crate::arguments::AddonsPlan;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::run::{self, Purpose};

pub(crate) fn run(program: &Program, arguments: &AddonsPlan) -> Result<Exit, Error> {
    let AddonsPlan { which, detailed_exitcode } = arguments;
    let addons =
        addons::open(program, &which.spec.file, place(program, which)?)?.only(&which.names)?;
    let task = ("addons plan", addons.up());
    let summary = run::addons(program, &addons, task, Purpose::Plan)?;
    if *detailed_exitcode && summary.outcome == Outcome::ChangesPending {
        return Ok(Exit::ChangesPending);
    }
    Ok(Exit::of_run(&summary))
}

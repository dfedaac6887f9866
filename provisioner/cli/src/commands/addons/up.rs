use provisioner_engine::Outcome;

use super::place::place;
use crate::addons;
use crate::arguments::AddonsUp;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::run::{self, Purpose};

pub(crate) fn run(program: &Program, arguments: &AddonsUp) -> Result<Exit, Error> {
    let AddonsUp { which, yes, force_conflicts } = arguments;
    if !yes && !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    let addons =
        addons::open(program, &which.spec.file, place(program, which)?)?.only(&which.names)?;
    let addons = addons.forcing_conflicts(*force_conflicts);
    if !yes {
        let preview = ("addons plan", addons.up());
        let summary = run::addons(program, &addons, preview, Purpose::Preview)?;
        if summary.outcome != Outcome::ChangesPending {
            return Ok(Exit::of_run(&summary));
        }
        let question = format!("\nMake these changes to the addons of {}?", addons.cluster);
        program.terminal.agree(question)?;
    }
    let purpose = Purpose::Up { skip_preflight: false };
    let summary = run::addons(program, &addons, ("addons up", addons.up()), purpose)?;
    Ok(Exit::of_run(&summary))
}

use provisioner_aws::Purpose;
use provisioner_engine::Outcome;

use super::agree::agree;
use super::run::{APPLY, How, carry_out};
use super::site::Eks;
use crate::addons;
use crate::arguments::DownArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::program::Program;

/// Removes everything that was made for the cluster, and before that what is in it.
pub(crate) fn down(program: &Program, arguments: &DownArguments, eks: Eks) -> Result<Exit, Error> {
    let site = eks.site()?;
    let spec = &arguments.spec.file;
    let addons = addons::open_without_secrets(program, spec, Place::from(&site))?;
    if !arguments.yes
        && let Some(exit) = agree(program, &site, &addons, &Purpose::Down)?
    {
        return Ok(exit);
    }
    let how = How::new("down", APPLY);
    let summary = carry_out(program, &site, Some(&addons), Purpose::Down, &how)?;
    if summary.outcome == Outcome::Interrupted {
        program.terminal.say("The same command goes on from here.");
    }
    Ok(Exit::of_run(&summary))
}

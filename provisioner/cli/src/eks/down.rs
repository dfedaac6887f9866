use provisioner_aws::Purpose;
use provisioner_engine::Outcome;

use super::run::{APPLY, How, carry_out};
use super::site::Eks;
use super::up::agree;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;

/// Removes everything that was made for the cluster.
pub(crate) fn down(program: &Program, yes: bool, eks: Eks) -> Result<Exit, Error> {
    let site = eks.site()?;
    if !yes && let Some(exit) = agree(program, &site, &Purpose::Down)? {
        return Ok(exit);
    }
    let how = How { command: "down", view: APPLY };
    let summary = carry_out(program, &site, Purpose::Down, &how)?;
    if summary.outcome == Outcome::Interrupted {
        program.terminal.say("The same command goes on from here.");
    }
    Ok(Exit::of_run(&summary))
}

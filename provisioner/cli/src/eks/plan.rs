use provisioner_aws::Purpose;
use provisioner_engine::Outcome;

use super::run::{How, carry_out};
use super::site::Eks;
use crate::arguments::PlanArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::run;

/// Shows what `up` would change in the account.
pub(crate) fn plan(program: &Program, arguments: &PlanArguments, eks: Eks) -> Result<Exit, Error> {
    let how = How { command: "plan", view: run::Purpose::Plan };
    let purpose = Purpose::Up { prune: false, replace_failed: false };
    let summary = carry_out(program, &eks.site()?, purpose, &how)?;
    if arguments.detailed_exitcode && summary.outcome == Outcome::ChangesPending {
        return Ok(Exit::ChangesPending);
    }
    Ok(Exit::of_run(&summary))
}

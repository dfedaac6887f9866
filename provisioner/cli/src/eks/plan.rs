use provisioner_aws::Purpose;
use provisioner_engine::Outcome;

use super::bundle::with_bundle;
use super::run::{How, carry_out};
use super::site::Eks;
use crate::addons;
use crate::arguments::PlanArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::program::Program;
use crate::run;

/// Shows what `up` would change in the account, and in the cluster.
pub(crate) fn plan(program: &Program, arguments: &PlanArguments, eks: Eks) -> Result<Exit, Error> {
    let how = How::new("plan", run::Purpose::Plan);
    let purpose = Purpose::Up { prune: false, replace_failed: false, latest_releases: false };
    let site = eks.site()?;
    let place = with_bundle(program, Place::from(&site), arguments.bundle.as_deref())?;
    let addons = addons::open(program, &arguments.spec.file, place)?;
    let summary = carry_out(program, &site, Some(&addons), purpose, &how)?;
    if arguments.detailed_exitcode && summary.outcome == Outcome::ChangesPending {
        return Ok(Exit::ChangesPending);
    }
    Ok(Exit::of_run(&summary))
}

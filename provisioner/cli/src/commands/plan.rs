use provisioner_engine::Outcome;

use crate::addons;
use crate::arguments::PlanArguments;
use crate::eks::{self, Eks};
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::program::Program;
use crate::run::{self, Purpose};
use crate::site;

pub(crate) fn run(program: &Program, arguments: &PlanArguments) -> Result<Exit, Error> {
    let PlanArguments { spec, connect, bundle, detailed_exitcode } = arguments;
    if let Some(cluster) = Eks::of(program, &spec.file)? {
        return eks::plan(program, arguments, cluster);
    }
    let site = site::open(program, &spec.file, connect, bundle.as_deref())?;
    let addons = addons::open(program, &spec.file, Place::from(&site))?;
    let outcome = run::up(program, &site, &addons, Purpose::Plan)?;
    if *detailed_exitcode && outcome.summary.outcome == Outcome::ChangesPending {
        return Ok(Exit::ChangesPending);
    }
    Ok(Exit::of_outcome(&outcome))
}

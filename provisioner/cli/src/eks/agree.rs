use provisioner_aws::{AwsSite, Purpose};
use provisioner_engine::Outcome;

use super::run::{How, carry_out};
use crate::addons::Addons;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::run;

/// Shows what would change and asks. An exit where there is nothing to go on to.
pub(super) fn agree(
    program: &Program,
    site: &AwsSite,
    addons: &Addons,
    purpose: &Purpose,
) -> Result<Option<Exit>, Error> {
    let how = How::new("plan", run::Purpose::Preview);
    let preview = carry_out(program, site, Some(addons), purpose.clone(), &how)?;
    if preview.outcome != Outcome::ChangesPending {
        return Ok(Some(Exit::of_run(&preview)));
    }
    let name = &site.cluster.name;
    let region = &site.cluster.eks.region;
    let question = match purpose {
        Purpose::Down => format!("\nRemove the cluster {name} in {region}, and all that it holds?"),
        _ => format!("\nMake these changes to the cluster {name} in {region}?"),
    };
    program.terminal.agree(question)?;
    Ok(None)
}

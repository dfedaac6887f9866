use provisioner_aws::Purpose;
use provisioner_engine::Outcome;
use provisioner_spec::EksVersion;

use super::run::{APPLY, How, carry_out};
use super::site::Eks;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::{Program, block_on};

/// Goes to a version, one minor version after the other: each time the control plane, then the addons,
/// then the nodes.
pub(crate) fn upgrade(program: &Program, to: &str, yes: bool, eks: Eks) -> Result<Exit, Error> {
    let refuse = |why: String| Error::Upgrade { to: to.to_owned(), why };
    let wanted: EksVersion =
        to.parse().map_err(|()| refuse("a version is one such as 1.36".to_owned()))?;
    let mut site = eks.site()?;
    let status = block_on(async { Ok(provisioner_aws::status(site.clone()).await?) })?;
    let Some(is) = status.version.and_then(|version| version.parse::<EksVersion>().ok()) else {
        return Err(refuse("there is no cluster yet".to_owned()));
    };
    if wanted < is {
        return Err(refuse(format!("the cluster has {is}, and none goes back")));
    }
    let question = format!("Upgrade the cluster {} from {is} to {wanted}?", site.cluster.name);
    match if yes { Some(true) } else { program.terminal.ask(question) } {
        Some(true) => {}
        Some(false) => return Err(Error::Declined),
        None => return Err(Error::NobodyToAsk),
    }
    let mut exit = Exit::Done;
    // The version that it has is first: nodes that an earlier run has left behind follow.
    for minor in is.minor..=wanted.minor {
        site.cluster.kubernetes.version = Some(EksVersion { minor });
        let purpose = Purpose::Up { prune: false, replace_failed: false };
        let how = How { command: "upgrade", view: APPLY };
        let summary = carry_out(program, &site, purpose, &how)?;
        exit = Exit::of_run(&summary);
        if summary.outcome != Outcome::Done {
            return Ok(exit);
        }
    }
    program.terminal.say(format_args!("Write `version: \"{wanted}\"` into the spec."));
    Ok(exit)
}

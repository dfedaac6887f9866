use provisioner_aws::{AwsSite, Purpose};
use provisioner_engine::{Outcome, Summary};

use super::run::{APPLY, How, carry_out};
use super::site::Eks;
use crate::arguments::UpArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::run;

/// Makes the cluster as the spec says.
pub(crate) fn up(program: &Program, arguments: &UpArguments, eks: Eks) -> Result<Exit, Error> {
    if arguments.bundle.is_some() || arguments.skip_preflight {
        return Err(Error::ForHostsOnly { what: "--bundle and --skip-preflight" });
    }
    let site = eks.site()?;
    let purpose = Purpose::Up { prune: arguments.prune, replace_failed: arguments.replace_failed };
    if !arguments.yes
        && let Some(exit) = agree(program, &site, &purpose)?
    {
        return Ok(exit);
    }
    let summary = carry_out(program, &site, purpose, &How { command: "up", view: APPLY })?;
    tell_what_is_next(program, arguments, &summary);
    Ok(Exit::of_run(&summary))
}

/// Shows what would change and asks. An exit where there is nothing to go on to.
pub(super) fn agree(
    program: &Program,
    site: &AwsSite,
    purpose: &Purpose,
) -> Result<Option<Exit>, Error> {
    let how = How { command: "plan", view: run::Purpose::Preview };
    let preview = carry_out(program, site, purpose.clone(), &how)?;
    if preview.outcome != Outcome::ChangesPending {
        return Ok(Some(Exit::of_run(&preview)));
    }
    let name = &site.cluster.name;
    let region = &site.cluster.eks.region;
    let question = match purpose {
        Purpose::Down => format!("\nRemove the cluster {name} in {region}, and all that it holds?"),
        _ => format!("\nMake these changes to the cluster {name} in {region}?"),
    };
    match program.terminal.ask(question) {
        Some(true) => Ok(None),
        Some(false) => Err(Error::Declined),
        None => Err(Error::NobodyToAsk),
    }
}

fn tell_what_is_next(program: &Program, arguments: &UpArguments, summary: &Summary) {
    let heading = program.terminal.palette.heading;
    let spec = &arguments.spec.file;
    if summary.outcome == Outcome::Done {
        program.terminal.say(format_args!(
            "\n{heading}Next{heading:#}\n  provisioner kubeconfig -f {spec} --merge\n  kubectl get nodes"
        ));
    } else if summary.outcome == Outcome::Interrupted {
        program.terminal.say("The same command goes on from here.");
    }
}

use std::sync::Arc;

use provisioner_engine::Outcome;
use provisioner_hosts::{Site, UpOutcome};

use crate::addons::{self, Addons};
use crate::arguments::UpArguments;
use crate::eks::{self, Eks};
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::program::Program;
use crate::render::{count, next};
use crate::run::{self, Purpose};
use crate::{removal, site};

pub(crate) fn run(program: &Program, arguments: &UpArguments) -> Result<Exit, Error> {
    let UpArguments { spec, connect, bundle, skip_preflight, prune, drain, yes, replace_failed } =
        arguments;
    if !yes && !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    if let Some(cluster) = Eks::of(program, &spec.file)? {
        return eks::up(program, arguments, cluster);
    }
    if *replace_failed {
        return Err(Error::ForEksOnly { what: "--replace-failed" });
    }
    let site = site::open(program, &spec.file, connect, bundle.as_deref())?;
    let addons = addons::open(program, &spec.file, Place::from(&site))?.pruning(*prune);
    if *prune {
        let exit = removal::make_way(program, &site, drain, *yes)?;
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    let purpose = Purpose::Up { skip_preflight: *skip_preflight };
    let agreed = if *yes { None } else { agree(program, &site, &addons, *skip_preflight)? };
    let exit = if let Some(exit) = agreed {
        exit
    } else {
        let outcome = run::up(program, &site, &addons, purpose)?;
        if !prune {
            tell_what_is_next(program, arguments, &outcome);
        }
        Exit::of_outcome(&outcome)
    };
    if !prune || exit != Exit::Done {
        return Ok(exit);
    }
    let (is_smaller, exit) = removal::prune(program, &site, drain, *yes)?;
    if !is_smaller || exit != Exit::Done {
        return Ok(exit);
    }
    // The others forget the ways to the pods of those who have gone.
    let outcome = run::up(program, &site, &addons, purpose)?;
    tell_what_is_next(program, arguments, &outcome);
    Ok(Exit::of_outcome(&outcome))
}

/// Shows what would change and asks. An exit where there is nothing to go on to.
fn agree(
    program: &Program,
    site: &Arc<Site>,
    addons: &Addons,
    skip_preflight: bool,
) -> Result<Option<Exit>, Error> {
    let preview = run::preview(program, site, addons, skip_preflight)?;
    if preview.summary.outcome != Outcome::ChangesPending {
        return Ok(Some(Exit::of_outcome(&preview)));
    }
    let hosts = count(site.cluster.all_hosts().count(), "host");
    let question = format!("\nMake these changes to the {hosts} of cluster {}?", site.cluster.name);
    program.terminal.agree(question)?;
    Ok(None)
}

fn tell_what_is_next(program: &Program, arguments: &UpArguments, outcome: &UpOutcome) {
    let commands = format!(
        "  provisioner kubeconfig -f {} --out kubeconfig.yaml\n  \
         export KUBECONFIG=$PWD/kubeconfig.yaml\n  kubectl get nodes",
        arguments.spec.file
    );
    if let Some(text) = next(&outcome.summary, &commands, program.terminal.palette) {
        program.terminal.say(text);
    }
}

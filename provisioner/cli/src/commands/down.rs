use std::sync::Arc;

use provisioner_engine::Outcome;
use provisioner_hosts::Site;

use crate::arguments::DownArguments;
use crate::eks::{self, Eks};
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::render::count;
use crate::run::{self, Purpose};
use crate::site;

pub(crate) fn run(program: &Program, arguments: &DownArguments) -> Result<Exit, Error> {
    let DownArguments { spec, yes, connect } = arguments;
    if !yes && !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    if let Some(cluster) = Eks::of(program, &spec.file)? {
        return eks::down(program, arguments, cluster);
    }
    let site = site::open(program, &spec.file, connect, None)?;
    if !yes && let Some(exit) = agree(program, &site)? {
        return Ok(exit);
    }
    let summary = run::down(program, &site, Purpose::Down)?;
    if summary.outcome == Outcome::Interrupted {
        program.terminal.say("The same command goes on from here.");
    }
    Ok(Exit::of_run(&summary))
}

/// Shows what would be undone and asks. An exit where there is nothing to go on to. A host that cannot
/// be reached is no reason not to go on with the others.
fn agree(program: &Program, site: &Arc<Site>) -> Result<Option<Exit>, Error> {
    let preview = run::down(program, site, Purpose::Preview)?;
    if preview.changed + preview.unknown == 0 || preview.outcome == Outcome::Interrupted {
        return Ok(Some(Exit::of_run(&preview)));
    }
    let names: Vec<&str> = site.cluster.all_hosts().map(|host| host.name.as_str()).collect();
    let question = format!(
        "\nThe cluster {} ends: all that it holds is lost, with etcd's data and the volumes on its nodes.\n\
         Take it away from {} ({})?",
        site.cluster.name,
        count(names.len(), "host"),
        names.join(", ")
    );
    program.terminal.agree(question)?;
    Ok(None)
}

use std::sync::Arc;

use provisioner_aws::Purpose;
use provisioner_engine::Summary;

use super::agree::agree;
use super::bundle::with_bundle;
use super::entrance::EksEntrance;
use super::run::{APPLY, How, carry_out};
use super::site::Eks;
use crate::addons;
use crate::arguments::UpArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::program::Program;
use crate::render::next;

/// Makes the cluster as the spec says, then installs its addons.
pub(crate) fn up(program: &Program, arguments: &UpArguments, eks: Eks) -> Result<Exit, Error> {
    if arguments.skip_preflight {
        return Err(Error::ForHostsOnly { what: "--skip-preflight" });
    }
    let site = eks.site()?;
    let entrance = Arc::new(EksEntrance::patient(&site));
    let place = Place { entrance, ..Place::from(&site) };
    let place = with_bundle(program, place, arguments.bundle.as_deref())?;
    let addons = addons::open(program, &arguments.spec.file, place)?;
    let addons = addons.pruning(arguments.prune);
    let purpose = Purpose::Up {
        prune: arguments.prune,
        replace_failed: arguments.replace_failed,
        latest_releases: false,
    };
    if !arguments.yes
        && let Some(exit) = agree(program, &site, &addons, &purpose)?
    {
        return Ok(exit);
    }
    let how = How::new("up", APPLY);
    let summary = carry_out(program, &site, Some(&addons), purpose, &how)?;
    tell_what_is_next(program, arguments, &summary);
    Ok(Exit::of_run(&summary))
}

fn tell_what_is_next(program: &Program, arguments: &UpArguments, summary: &Summary) {
    let spec = &arguments.spec.file;
    let commands = format!("  provisioner kubeconfig -f {spec} --merge\n  kubectl get nodes");
    if let Some(text) = next(summary, &commands, program.terminal.palette) {
        program.terminal.say(text);
    }
}

use std::sync::Arc;

use provisioner_engine::Outcome;
use provisioner_hosts::{Operation, Site, UpOutcome};

use crate::arguments::UpgradeArguments;
use crate::eks::{self, Eks};
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::render::count;
use crate::run::{self, Purpose};
use crate::site;

pub(crate) fn run(program: &Program, arguments: &UpgradeArguments) -> Result<Exit, Error> {
    match Eks::of(program, &arguments.spec.file)? {
        Some(cluster) => eks::upgrade(program, arguments, cluster),
        None => on_hosts(program, arguments),
    }
}

fn on_hosts(program: &Program, arguments: &UpgradeArguments) -> Result<Exit, Error> {
    let UpgradeArguments { spec, to, plan, detailed_exitcode, yes, bundle, connect } = arguments;
    if !plan && !yes && !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    let wrong = |error: semver::Error| Error::Upgrade { to: to.clone(), why: error.to_string() };
    let version = to.strip_prefix('v').unwrap_or(to).parse().map_err(wrong)?;
    let site = site::open_at(program, &spec.file, &version, connect, bundle.as_deref())?;
    if *plan {
        let outcome = upgrade(program, &site, Purpose::Plan)?;
        let pending = outcome.summary.outcome == Outcome::ChangesPending;
        return Ok(if *detailed_exitcode && pending {
            Exit::ChangesPending
        } else {
            Exit::of_outcome(&outcome)
        });
    }
    if !yes && let Some(exit) = agree(program, &site)? {
        return Ok(exit);
    }
    let outcome = upgrade(program, &site, Purpose::Up { skip_preflight: false })?;
    tell_what_is_next(program, arguments, &outcome);
    Ok(Exit::of_outcome(&outcome))
}

fn upgrade(program: &Program, site: &Arc<Site>, purpose: Purpose) -> Result<UpOutcome, Error> {
    run::operate(program, site, Operation::Upgrade, purpose)
}

/// Shows what would change and asks. An exit where there is nothing to go on to.
fn agree(program: &Program, site: &Arc<Site>) -> Result<Option<Exit>, Error> {
    let preview = upgrade(program, site, Purpose::Preview)?;
    if preview.summary.outcome != Outcome::ChangesPending {
        return Ok(Some(Exit::of_outcome(&preview)));
    }
    let question = format!(
        "\nUpgrade the {} of cluster {} to Kubernetes {}, node by node?",
        count(site.cluster.all_hosts().count(), "host"),
        site.cluster.name,
        site.cluster.kubernetes.version,
    );
    program.terminal.agree(question)?;
    Ok(None)
}

fn tell_what_is_next(program: &Program, arguments: &UpgradeArguments, outcome: &UpOutcome) {
    let heading = program.terminal.palette.heading;
    let UpgradeArguments { spec, to, .. } = arguments;
    match outcome.summary.outcome {
        Outcome::Done => program.terminal.say(format_args!(
            "\n{heading}Next{heading:#}\n  write `version: {to}` into {file}\n  \
             provisioner plan -f {file}",
            file = spec.file
        )),
        Outcome::Interrupted => program.terminal.say("The same command goes on from here."),
        Outcome::Failed | Outcome::ChangesPending => {}
    }
}

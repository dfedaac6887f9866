//! One host less, as commands see it: looked at, asked about, carried out.

use std::sync::Arc;
use std::time::Duration;

use provisioner_hosts::{Drain, HostsError, Removal, Site, Surplus};

use crate::arguments::DrainArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::{Program, block_on};
use crate::run;

/// Removes the host of that name, unless it may not leave, or the answer is no.
fn remove(
    program: &Program,
    site: &Arc<Site>,
    name: &str,
    drain: &DrainArguments,
    yes: bool,
) -> Result<Exit, Error> {
    let considered =
        provisioner_hosts::consider_removal(Arc::clone(site), name, drain.forget_unreachable);
    let removal = block_on(async { Ok(considered.await?) })?;
    for warning in &removal.warnings {
        program.terminal.warn(format_args!("{name}: {warning}"));
    }
    if !yes {
        agree(program, site, &removal)?;
    }
    let drain = Drain {
        timeout: Duration::from_secs(drain.drain_timeout.into()),
        force: drain.force_drain,
    };
    let summary = run::remove(program, &removal, drain)?;
    Ok(Exit::of_run(&summary))
}

/// Removes those nodes without which nobody could join. Where there is no cluster yet, or none that answers,
/// nobody is asked: those who are left are seen when all has been done.
pub(crate) fn make_way(
    program: &Program,
    site: &Arc<Site>,
    drain: &DrainArguments,
    yes: bool,
) -> Result<Exit, Error> {
    let surplus = provisioner_hosts::surplus_nodes(Arc::clone(site));
    match block_on(async { Ok(surplus.await) })? {
        Err(HostsError::NoControlPlane { .. }) => Ok(Exit::Done),
        surplus => remove_all(program, site, &surplus?.in_the_way, drain, yes),
    }
}

/// Removes the hosts that are nodes of the cluster but not in the spec, and says whether there were any.
pub(crate) fn prune(
    program: &Program,
    site: &Arc<Site>,
    drain: &DrainArguments,
    yes: bool,
) -> Result<(bool, Exit), Error> {
    let surplus = provisioner_hosts::surplus_nodes(Arc::clone(site));
    let Surplus { in_the_way, others } = block_on(async { Ok(surplus.await?) })?;
    let all = [in_the_way, others].concat();
    Ok((!all.is_empty(), remove_all(program, site, &all, drain, yes)?))
}

/// Removes these hosts, up to the first with which that does not go well.
pub(crate) fn remove_all(
    program: &Program,
    site: &Arc<Site>,
    names: &[String],
    drain: &DrainArguments,
    yes: bool,
) -> Result<Exit, Error> {
    for name in names {
        let exit = remove(program, site, name, drain, yes)?;
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    Ok(Exit::Done)
}

fn agree(program: &Program, site: &Site, removal: &Removal) -> Result<(), Error> {
    let Removal { host, unreachable, .. } = removal;
    let state = match unreachable {
        Some(reason) => format!("It cannot be reached ({reason}), and stays as it is for now."),
        None => "All that the cluster has on it is lost.".to_owned(),
    };
    let question = format!(
        "\nThe {} {} ({}) leaves the cluster {}. {state}\nRemove it?",
        host.role, host.name, host.address, site.cluster.name
    );
    program.terminal.agree(question)
}

//! One host less, as commands see it: looked at, asked about, carried out.

use std::sync::Arc;
use std::time::Duration;

use provisioner_hosts::{Drain, HostsError, Removal, Site};

use crate::arguments::DrainArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::{Program, block_on};
use crate::run;

/// Removes the host of that name, unless it may not leave, or the answer is no.
pub(crate) fn remove(
    program: &Program,
    site: &Arc<Site>,
    name: &str,
    drain: &DrainArguments,
    yes: bool,
) -> Result<Exit, Error> {
    let considered = provisioner_hosts::consider_removal(Arc::clone(site), name);
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

/// Removes the hosts that are nodes of the cluster but not in the spec. An exit where that did not go
/// well. Where no cluster can be asked there is nothing to remove.
pub(crate) fn prune(
    program: &Program,
    site: &Arc<Site>,
    drain: &DrainArguments,
    yes: bool,
) -> Result<Option<Exit>, Error> {
    let surplus = provisioner_hosts::surplus_nodes(Arc::clone(site));
    let surplus = match block_on(async { Ok(surplus.await) })? {
        Err(HostsError::NoControlPlane { .. }) => return Ok(None),
        other => other?,
    };
    for name in surplus {
        let exit = remove(program, site, &name, drain, yes)?;
        if exit != Exit::Done {
            return Ok(Some(exit));
        }
    }
    Ok(None)
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
    match program.terminal.ask(question) {
        Some(true) => Ok(()),
        Some(false) => Err(Error::Declined),
        None => Err(Error::NobodyToAsk),
    }
}

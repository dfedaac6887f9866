use std::collections::BTreeMap;
use std::sync::Arc;

use provisioner_hosts::{Site, StatusReport};
use provisioner_kube::Surroundings;
use serde::Serialize;

use crate::addons;
use crate::arguments::StatusArguments;
use crate::drift::{self, Drift};
use crate::eks::{self, Eks};
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::program::{Program, block_on};
use crate::render;
use crate::site;

/// A report with what the spec would change.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    report: &'a StatusReport,
    /// None where nobody asked.
    drift: Option<&'a Drift>,
}

pub(crate) fn run(program: &Program, arguments: &StatusArguments) -> Result<Exit, Error> {
    let StatusArguments { spec, connect, drift, bundle } = arguments;
    let terminal = &program.terminal;
    if let Some(cluster) = Eks::of(program, &spec.file)? {
        if *drift {
            return Err(Error::ForHostsOnly { what: "--drift" });
        }
        return eks::status(program, &spec.file, cluster);
    }
    let site = site::open(program, &spec.file, connect, bundle.as_deref())?;
    let addons = addons::versions(program, &Surroundings::from(&site.cluster))?;
    let report = report(&site, addons)?;
    let drift = if *drift { Some(look_for_drift(program, arguments, &site)?) } else { None };
    if terminal.is_json() {
        terminal.json(&Whole { report: &report, drift: drift.as_ref() })?;
    } else {
        terminal.data(render::status(&report, drift.as_ref(), terminal.data_palette))?;
    }
    Ok(if report.healthy { Exit::Done } else { Exit::Failed })
}

fn report(site: &Arc<Site>, addons: BTreeMap<String, String>) -> Result<StatusReport, Error> {
    block_on(async { Ok(provisioner_hosts::status(Arc::clone(site), addons).await?) })
}

fn look_for_drift(
    program: &Program,
    arguments: &StatusArguments,
    site: &Arc<Site>,
) -> Result<Drift, Error> {
    let addons = addons::open(program, &arguments.spec.file, Place::from(site))?;
    drift::look(program, site, &addons)
}

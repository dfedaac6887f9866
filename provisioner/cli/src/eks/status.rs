use camino::Utf8Path;
use provisioner_aws::{AwsSite, EksStatus};
use provisioner_kube::InstalledAddon;
use serde::Serialize;

use super::site::Eks;
use crate::addons::{self, Addons};
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::program::{Program, block_on};
use crate::render;

/// A cluster on EKS as it is, with what this program has installed in it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    #[serde(flatten)]
    pub(crate) aws: EksStatus,
    pub(crate) installed: Vec<InstalledAddon>,
}

/// Shows how the cluster is.
pub(crate) fn status(program: &Program, spec: &Utf8Path, eks: Eks) -> Result<Exit, Error> {
    let terminal = &program.terminal;
    let site = eks.site()?;
    let addons = addons::open_without_secrets(program, spec, Place::from(&site))?;
    let report = report(&addons, site)?;
    if terminal.is_json() {
        terminal.json(&report)?;
    } else {
        terminal.data(render::eks_status(&report, terminal.data_palette))?;
    }
    Ok(if report.aws.healthy { Exit::Done } else { Exit::Failed })
}

/// The API of the cluster is asked only where it has something to say.
fn report(addons: &Addons, site: AwsSite) -> Result<Report, Error> {
    block_on(async {
        let mut aws = provisioner_aws::status(site).await?;
        let mut installed = Vec::new();
        let wanted = addons.selection.names();
        if aws.state.is_some() && !wanted.is_empty() {
            match provisioner_kube::installed(&addons.toolbox).await {
                Ok(found) => {
                    let is_there = |name: &&String| found.iter().any(|one| one.name == **name);
                    let missing = wanted.iter().filter(|name| !is_there(name));
                    let problem = |name: &String| format!("addon {name}: it is not installed");
                    aws.problems.extend(missing.map(problem));
                    installed = found;
                }
                Err(error) => aws.problems.push(format!("addons: failed to {error}")),
            }
            aws.healthy = aws.problems.is_empty();
        }
        Ok(Report { aws, installed })
    })
}

use super::site::Eks;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::{Program, block_on};
use crate::render;

/// Shows how the cluster is.
pub(crate) fn status(program: &Program, eks: Eks) -> Result<Exit, Error> {
    let terminal = &program.terminal;
    let site = eks.site()?;
    let report = block_on(async { Ok(provisioner_aws::status(site).await?) })?;
    if terminal.is_json() {
        terminal.json(&report)?;
    } else {
        terminal.data(render::eks_status(&report, terminal.data_palette))?;
    }
    Ok(if report.healthy { Exit::Done } else { Exit::Failed })
}

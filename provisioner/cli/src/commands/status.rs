use crate::arguments::StatusArguments;
use crate::eks::{self, Eks};
use crate::error::Error;
use crate::exit::Exit;
use crate::program::{Program, block_on};
use crate::render;
use crate::site;

pub(crate) fn run(program: &Program, arguments: &StatusArguments) -> Result<Exit, Error> {
    let terminal = &program.terminal;
    if let Some(cluster) = Eks::of(program, &arguments.spec.file)? {
        return eks::status(program, &arguments.spec.file, cluster);
    }
    let site = site::open(program, &arguments.spec.file, &arguments.connect, None)?;
    let report = block_on(async { Ok(provisioner_hosts::status(site).await?) })?;
    if terminal.is_json() {
        terminal.json(&report)?;
    } else {
        terminal.data(render::status(&report, terminal.data_palette))?;
    }
    Ok(if report.healthy { Exit::Done } else { Exit::Failed })
}

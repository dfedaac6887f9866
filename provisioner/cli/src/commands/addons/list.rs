use provisioner_kube::{Addon, Selection};
use serde::Serialize;

use crate::arguments::AddonsList;
use crate::error::Error;
use crate::exit::Exit;
use crate::libraries;
use crate::program::Program;
use crate::render::table;
use crate::spec_file;

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    enabled: bool,
    version: &'a str,
    about: &'a str,
}

pub(crate) fn run(program: &Program, arguments: &AddonsList) -> Result<Exit, Error> {
    let library = libraries::addons(program)?;
    let cluster = spec_file::surroundings(program, &arguments.spec.file)?;
    let selection = Selection::of(&cluster, &library)?;
    let line = |addon: &Addon| selection.contains(&addon.name);
    let lines: Vec<Line<'_>> = library
        .iter()
        .map(|addon| Line {
            name: &addon.name,
            enabled: line(addon),
            version: &addon.version,
            about: addon.about.trim(),
        })
        .collect();
    if program.terminal.is_json() {
        program.terminal.json(&lines)?;
        return Ok(Exit::Done);
    }
    let rows = lines.iter().map(|line| {
        let enabled = if line.enabled { "yes" } else { "no" };
        [line.name, enabled, line.version, line.about].map(str::to_owned).to_vec()
    });
    program.terminal.data(table(&["ADDON", "ENABLED", "VERSION", "WHAT IT IS"], rows))?;
    Ok(Exit::Done)
}

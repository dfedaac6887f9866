use provisioner_kube::{AddonImages, ChartLine};

use super::place::place;
use crate::addons;
use crate::arguments::AddonsImages;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::{Program, block_on};
use crate::render::table;

pub(crate) fn run(program: &Program, arguments: &AddonsImages) -> Result<Exit, Error> {
    let which = &arguments.which;
    let addons = addons::open_without_secrets(program, &which.spec.file, place(program, which)?)?;
    let addons = addons.only(&which.names)?;
    let found = block_on(async {
        let (cluster, library) = (&addons.surroundings, &addons.library);
        Ok(provisioner_kube::images(&addons.toolbox, cluster, library, &addons.selection).await?)
    })?;
    if program.terminal.is_json() {
        program.terminal.json(&found)?;
    } else {
        program.terminal.data(shown(&found))?;
    }
    Ok(Exit::Done)
}

fn shown(found: &[AddonImages]) -> String {
    let row = |addon: &str, kind: &str, what: String| vec![addon.to_owned(), kind.to_owned(), what];
    let rows = found.iter().flat_map(|one| {
        let images = one.images.iter().map(move |image| row(&one.addon, "image", image.clone()));
        let line = |kind: &str, line: &ChartLine| {
            let digest = line.sha256.as_deref().map_or(String::new(), |d| format!(" sha256:{d}"));
            let what = format!("{}/{} {}{digest}", line.repository, line.name, line.version);
            row(&one.addon, kind, what.trim_start_matches('/').to_owned())
        };
        let charts = one.charts.iter().map(move |chart| line("chart", chart));
        let manifests = one.manifests.iter().map(move |file| line("manifests", file));
        charts.chain(manifests).chain(images)
    });
    table(&["ADDON", "WHAT", "WHICH"], rows)
}

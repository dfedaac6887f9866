use crate::arguments::PreflightArguments;
use crate::eks;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::render;
use crate::run;
use crate::site;

pub(crate) fn run(program: &Program, arguments: &PreflightArguments) -> Result<Exit, Error> {
    let PreflightArguments { spec, connect, bundle } = arguments;
    let terminal = &program.terminal;
    eks::refuse(program, &arguments.spec.file, "preflight")?;
    let site = site::open(program, &spec.file, connect, bundle.as_deref())?;
    let report = run::preflight(program, &site)?;
    if terminal.is_json() {
        terminal.json(&report)?;
    } else {
        terminal.data(render::findings(&report, terminal.data_palette))?;
        terminal.say(render::preflight_verdict(&report, terminal.palette));
    }
    Ok(if report.passed() { Exit::Done } else { Exit::PreflightRefused })
}

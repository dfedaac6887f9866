use std::sync::Arc;

use provisioner_kube::{Opened, doors};
use serde::Serialize;

use crate::addons::{self, Addons};
use crate::arguments::OpenArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::place;
use crate::program::{Program, block_on};
use crate::terminal::Terminal;

/// A page that is open, as programs read it.
#[derive(Serialize)]
struct Page<'a> {
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

pub(crate) fn run(program: &Program, arguments: &OpenArguments) -> Result<Exit, Error> {
    let place = place::of_spec(program, &arguments.spec.file, &arguments.connect, None)?;
    let addons = addons::open_without_secrets(program, &arguments.spec.file, place)?;
    match &arguments.name {
        Some(name) => open(program, &addons, name),
        None => list(program, &addons),
    }
}

fn list(program: &Program, addons: &Addons) -> Result<Exit, Error> {
    let doors = doors(&addons.library, &addons.selection);
    if program.terminal.is_json() {
        program.terminal.json(&doors)?;
    } else {
        let lines: Vec<String> = doors.iter().map(|door| format!("{door}\n")).collect();
        program.terminal.data(lines.concat())?;
    }
    Ok(Exit::Done)
}

fn open(program: &Program, addons: &Addons, name: &str) -> Result<Exit, Error> {
    block_on(async {
        let toolbox = Arc::clone(&addons.toolbox);
        let opening = provisioner_kube::open(toolbox, &addons.library, &addons.selection, name);
        let opened = opening.await?;
        show(&program.terminal, &opened)?;
        program.terminal.say("Ctrl-C closes it.");
        tokio::signal::ctrl_c().await.map_err(Error::Runtime)
    })?;
    Ok(Exit::Done)
}

fn show(terminal: &Terminal, opened: &Opened) -> Result<(), Error> {
    let page = Page {
        url: &opened.url,
        token: opened.token.as_ref().map(secrecy::ExposeSecret::expose_secret),
        user: opened.user.as_deref(),
        password: opened.password.as_ref().map(secrecy::ExposeSecret::expose_secret),
    };
    if terminal.is_json() {
        return terminal.json(&page);
    }
    let shown = [("token", page.token), ("user", page.user), ("password", page.password)];
    let lines = shown.into_iter().filter_map(|(what, value)| Some(format!("{what}: {}\n", value?)));
    terminal.data(format!("{}\n{}", page.url, lines.collect::<Vec<_>>().concat()))
}

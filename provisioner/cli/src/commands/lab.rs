use provisioner_lab::{LabEvent, LabStatus};

use crate::arguments::{LabCommand, LabUp, WhichLab};
use crate::error::Error;
use crate::exit::Exit;
use crate::lab_definition;
use crate::program::{Program, block_on};
use crate::render::{self, seconds};
use crate::spec_file;
use crate::terminal::Terminal;

pub(crate) fn run(program: &Program, command: &LabCommand) -> Result<Exit, Error> {
    match command {
        LabCommand::Up(arguments) => up(program, arguments),
        LabCommand::Down(arguments) => down(program, &arguments.lab),
        LabCommand::Status(arguments) => status(program, &arguments.lab),
    }
}

fn up(program: &Program, arguments: &LabUp) -> Result<Exit, Error> {
    let terminal = &program.terminal;
    let cluster = spec_file::cluster(program, &arguments.spec.file)?;
    let definition =
        lab_definition::definition(&cluster, arguments.system.into(), &program.environment)?;
    let paths = lab_definition::paths(&program.environment)?;
    let status = block_on(async {
        if arguments.install_missing {
            for one in provisioner_lab::install_missing().await? {
                terminal.say(format_args!("installed {} for {}", one.package, one.tool));
            }
        }
        Ok(provisioner_lab::up(&definition, &paths, |event| tell(terminal, &event)).await?)
    })?;
    if terminal.is_json() {
        terminal.json(&status)?;
    }
    terminal
        .say(format_args!("lab {} is up: ssh -i {} root@ADDRESS", status.name, status.private_key));
    Ok(Exit::Done)
}

fn tell(terminal: &Terminal, event: &LabEvent) {
    terminal.say(match event {
        LabEvent::ImageStarted => "making the image of the hosts, once".to_owned(),
        LabEvent::ImageReady { seconds: took } => {
            format!("the image is there ({})", seconds(*took))
        }
        LabEvent::NetworkReady { bridge } => format!("the network is there: bridge {bridge}"),
        LabEvent::HostStarted { host } => format!("  {host}: starting"),
        LabEvent::HostReady { host, seconds: took } => {
            format!("  {host}: ready ({})", seconds(*took))
        }
        LabEvent::HostUnchanged { host } => format!("  {host}: runs already"),
        LabEvent::HostRemoved { host } => format!("  {host}: removed"),
    });
}

fn down(program: &Program, lab: &WhichLab) -> Result<Exit, Error> {
    let name = name(program, lab)?;
    let paths = lab_definition::paths(&program.environment)?;
    block_on(async { Ok(provisioner_lab::down(&name, &paths).await?) })?;
    if program.terminal.is_json() {
        program.terminal.json(&serde_json::json!({ "name": name, "exists": false }))?;
    }
    program.terminal.say(format_args!("lab {name} is gone"));
    Ok(Exit::Done)
}

fn status(program: &Program, lab: &WhichLab) -> Result<Exit, Error> {
    let terminal = &program.terminal;
    let name = name(program, lab)?;
    let paths = lab_definition::paths(&program.environment)?;
    let status = block_on(async { Ok(provisioner_lab::status(&name, &paths).await?) })?;
    let ready = status.as_ref().is_some_and(LabStatus::is_ready);
    match status {
        status if terminal.is_json() => terminal.json(&status)?,
        Some(status) => terminal.data(hosts(&status))?,
        None => terminal.say(format_args!("there is no lab {name}")),
    }
    Ok(if ready { Exit::Done } else { Exit::Failed })
}

fn hosts(status: &LabStatus) -> String {
    let rows = status.hosts.iter().map(|host| {
        let state = format!("{:?}", host.state).to_lowercase();
        vec![host.host.name.clone(), host.host.address.to_string(), state]
    });
    render::table(&["HOST", "ADDRESS", "STATE"], rows)
}

fn name(program: &Program, lab: &WhichLab) -> Result<String, Error> {
    match (&lab.file, &lab.name) {
        (Some(file), _) => Ok(spec_file::cluster(program, file)?.name),
        (None, name) => Ok(name.clone().unwrap_or_default()),
    }
}

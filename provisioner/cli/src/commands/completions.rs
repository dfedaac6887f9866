use clap::CommandFactory as _;

use crate::arguments::{Arguments, CompletionsArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;

pub(crate) fn run(program: &Program, arguments: &CompletionsArguments) -> Result<Exit, Error> {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut text);
    program.terminal.data(text)?;
    Ok(Exit::Done)
}

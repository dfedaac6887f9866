use crate::arguments::AddonsCommand;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;

pub(crate) fn run(program: &Program, command: &AddonsCommand) -> Result<Exit, Error> {
    match command {
        AddonsCommand::List(arguments) => super::list::run(program, arguments),
        AddonsCommand::Plan(arguments) => super::plan::run(program, arguments),
        AddonsCommand::Up(arguments) => super::up::run(program, arguments),
        AddonsCommand::Down(arguments) => super::down::run(program, arguments),
        AddonsCommand::Images(arguments) => super::images::run(program, arguments),
    }
}

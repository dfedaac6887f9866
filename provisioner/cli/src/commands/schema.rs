use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;

pub(crate) fn run(program: &Program) -> Result<Exit, Error> {
    program.terminal.json(&provisioner_spec::schema())?;
    Ok(Exit::Done)
}

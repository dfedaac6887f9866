use crate::arguments::InitArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;

pub(crate) fn run(program: &Program, arguments: &InitArguments) -> Result<Exit, Error> {
    if arguments.eks {
        return Err(Error::NoEks);
    }
    program.terminal.data(provisioner_spec::STARTER)?;
    Ok(Exit::Done)
}

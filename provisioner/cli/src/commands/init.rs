use crate::arguments::InitArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;

pub(crate) fn run(program: &Program, arguments: &InitArguments) -> Result<Exit, Error> {
    let starter =
        if arguments.eks { provisioner_spec::STARTER_EKS } else { provisioner_spec::STARTER };
    program.terminal.data(starter)?;
    Ok(Exit::Done)
}

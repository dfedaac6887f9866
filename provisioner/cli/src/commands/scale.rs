use crate::arguments::ScaleArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::{removal, site};

pub(crate) fn run(program: &Program, arguments: &ScaleArguments) -> Result<Exit, Error> {
    let ScaleArguments { spec, remove, yes, drain, connect } = arguments;
    if !yes && !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    let site = site::open(program, &spec.file, connect, None)?;
    for name in remove {
        let exit = removal::remove(program, &site, name, drain, *yes)?;
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    Ok(Exit::Done)
}

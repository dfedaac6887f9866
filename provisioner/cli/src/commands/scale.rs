use crate::arguments::ScaleArguments;
use crate::eks::{self, Eks};
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;
use crate::{removal, site};

pub(crate) fn run(program: &Program, arguments: &ScaleArguments) -> Result<Exit, Error> {
    let ScaleArguments { spec, sizes, remove, yes, drain, connect } = arguments;
    if let Some(cluster) = Eks::of(program, &spec.file)? {
        if !remove.is_empty() {
            return Err(Error::ForHostsOnly { what: "scale --remove" });
        }
        return eks::scale(program, sizes.clone(), cluster);
    }
    if !sizes.is_empty() {
        return Err(Error::ForEksOnly { what: "scale POOL=N" });
    }
    if !yes && !program.terminal.is_interactive() {
        return Err(Error::NobodyToAsk);
    }
    let site = site::open(program, &spec.file, connect, None)?;
    removal::remove_all(program, &site, remove, drain, *yes)
}

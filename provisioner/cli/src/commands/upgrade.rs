use crate::arguments::UpgradeArguments;
use crate::eks::{self, Eks};
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;

pub(crate) fn run(program: &Program, arguments: &UpgradeArguments) -> Result<Exit, Error> {
    match Eks::of(program, &arguments.spec.file)? {
        Some(cluster) => eks::upgrade(program, &arguments.to, arguments.yes, cluster),
        None => Err(Error::ForEksOnly { what: "upgrade" }),
    }
}

use provisioner_aws::Purpose;

use super::run::{APPLY, How, carry_out};
use super::site::Eks;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::Program;

/// Sets the number of nodes of some groups.
pub(crate) fn scale(program: &Program, sizes: Vec<(String, u32)>, eks: Eks) -> Result<Exit, Error> {
    let how = How::new("scale", APPLY);
    let summary = carry_out(program, &eks.site()?, None, Purpose::Scale(sizes), &how)?;
    Ok(Exit::of_run(&summary))
}

use crate::arguments::WhichAddons;
use crate::error::Error;
use crate::place::{self, Place};
use crate::program::Program;

/// The cluster that is meant.
pub(super) fn place(program: &Program, which: &WhichAddons) -> Result<Place, Error> {
    place::of_spec(program, &which.spec.file, &which.connect, which.bundle.as_deref())
}

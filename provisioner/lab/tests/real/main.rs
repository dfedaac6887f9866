//! Labs for real. They need root and the programs that a lab needs, and take names and networks that
//! are nobody else's.

// A test that fails shows what the lab reported.
#![allow(clippy::print_stdout)]

mod containers;
mod failures;
mod life;
mod side_by_side;
mod support;

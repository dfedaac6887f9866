//! What is wrong with a spec, and where.

mod diagnostics;
mod fault;
mod render;

pub use diagnostics::{Diagnostic, Diagnostics, Related};
pub(crate) use fault::{Fault, Located, NOT_AVAILABLE, WARNINGS, char_boundary, shown};

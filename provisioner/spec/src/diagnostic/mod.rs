//! What is wrong with a spec, and where.

mod diagnostics;
mod fault;
mod render;

pub use diagnostics::{Diagnostic, Diagnostics, Related};
pub(crate) use fault::{Fault, Located, char_boundary, shown};

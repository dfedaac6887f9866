//! The cluster spec: text in, typed, validated and resolved values out. No I/O, no environment.

mod check;
mod decode;
mod diagnostic;
mod document;
mod model;
mod starter;
mod syntax;
mod yaml;

pub use diagnostic::{Diagnostic, Diagnostics, Related};
pub use document::{Parsed, parse, read, schema};
pub use model::*;
pub use starter::STARTER;

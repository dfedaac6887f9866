//! The cluster spec: text in, typed, validated and resolved values out. No I/O, no environment.

mod addons;
mod check;
mod decode;
mod diagnostic;
mod document;
mod known;
mod model;
mod starter;
mod syntax;
mod text;
mod yaml;

pub use addons::{AddonIdentity, AddonSchema, AddonSchemas, Platform};
pub use diagnostic::{Diagnostic, Diagnostics, Related};
pub use document::{
    Parsed, ParsedSpec, parse, read, read_at, read_spec, read_spec_with, read_with, schema,
};
pub use known::Known;
pub use model::*;
pub use starter::{STARTER, STARTER_EKS};
pub use text::text;

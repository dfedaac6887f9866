//! YAML as a small tree that knows where each of its parts stands in the text.

mod build;
mod json;
mod node;
mod read;
mod tree;
mod write;

pub(crate) use json::resolve;
pub(crate) use node::{Entry, Node, Scalar, Value};
pub(crate) use read::read;
pub(crate) use tree::to_json;
pub(crate) use write::write;

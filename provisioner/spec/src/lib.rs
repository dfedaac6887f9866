//! The cluster spec: text in, typed, validated and resolved values out. No I/O, no environment.

mod model;

pub use model::*;

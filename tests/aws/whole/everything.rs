//! A spec with one of every kind of resource, and the same with a change of every kind.

pub(crate) const SPEC: &str = include_str!("../specs/everything.yaml");
pub(crate) const CHANGED: &str = include_str!("../specs/everything-changed.yaml");

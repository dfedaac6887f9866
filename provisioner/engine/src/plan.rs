//! A plan as plain values: it can be printed, stored and compared.

use serde::Serialize;

/// A barrier: all its tasks end before the next stage begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stage<A> {
    pub name: String,
    /// At most one per target.
    pub tasks: Vec<Task<A>>,
}

/// What one stage does to one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task<A> {
    pub target: String,
    /// Targets whose task of this stage must have ended well before this one starts. A target that
    /// has no task in this stage is not waited for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    pub steps: Vec<Step<A>>,
}

/// One check with its action; `A` says which, for the driver to understand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step<A> {
    pub name: String,
    /// Where the step is written down.
    pub playbook: String,
    pub action: A,
}

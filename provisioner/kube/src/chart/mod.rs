//! Helm charts: where they come from, that they are the right ones, and what helm does with them.

mod helm;
mod lock;
mod manifests;
mod release;
mod store;

pub(crate) use helm::Helm;
pub use lock::Lock;
pub(crate) use release::{Release, Standing};
pub use store::ChartStore;

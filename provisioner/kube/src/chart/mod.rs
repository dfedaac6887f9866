//! helm and its charts: where they come from, that they are the right ones, and what helm does with
//! charts.

mod digest;
mod download;
mod helm;
mod helm_store;
mod lock;
mod manifests;
mod pinned_helm;
mod places;
mod release;
mod store;
mod whole_file;

#[cfg(test)]
pub(crate) use digest::sha256;
pub(crate) use helm::Helm;
pub use helm_store::HelmStore;
pub use lock::Lock;
#[cfg(test)]
pub(crate) use manifests::difference;
#[cfg(test)]
pub(crate) use pinned_helm::platform;
pub(crate) use release::{Release, Standing, kept_definitions};
pub use store::ChartStore;

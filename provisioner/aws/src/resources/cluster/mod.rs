//! The control plane.

mod authentication;
mod change;
mod create;
mod difference;
mod find;
mod refusals;
mod removal;
mod requests;
mod resource;
mod state;
mod update;
mod wait;
mod wanted;

pub(crate) use find::find;
pub use refusals::MOST_AHEAD;
pub(crate) use removal::ClusterRemoval;
pub(crate) use state::ClusterState;
pub(crate) use wanted::Cluster;

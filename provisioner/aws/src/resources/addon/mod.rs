//! Addons that EKS installs.

mod change;
mod create;
mod difference;
mod find;
mod identity;
mod removal;
mod resource;
mod state;
mod versions;
mod wait;
mod wanted;

pub(crate) use find::{find, versions};
pub(crate) use removal::AddonRemoval;
pub(crate) use state::AddonState;
pub(crate) use versions::Versions;
pub(crate) use wanted::Addon;

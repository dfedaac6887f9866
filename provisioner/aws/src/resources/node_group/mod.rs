//! Managed node groups.

mod capacity;
mod change;
mod create;
mod difference;
mod find;
mod release;
mod removal;
mod repair;
mod resource;
mod scaling;
mod state;
mod taints;
mod wait;
mod wanted;

pub(crate) use find::{find, of_spec};
pub(crate) use release::newer_releases;
pub(crate) use removal::NodeGroupRemoval;
pub(crate) use scaling::scale;
pub(crate) use state::{GROUP_TAG, GroupState};
pub(crate) use wanted::NodeGroup;

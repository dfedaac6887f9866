//! Everything that a spec asks for, as resources.

mod control_plane;
mod network;
mod nodes;
mod parts;
mod roles;

pub(crate) use parts::Layout;
pub(crate) use roles::CLUSTER_ROLE;

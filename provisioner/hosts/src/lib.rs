//! Runs over hosts: inventory, facts, preflight, stages over SSH.
//!
//! [`up`] connects the rooms: the engine's executor asks a planner (spec, facts and playbooks) for
//! one stage after the other and has each carried out by a driver (a root shell per host).

mod access;
mod action;
mod ask;
mod context;
mod down;
mod driver;
mod endpoint;
mod error;
mod exec;
mod gateway;
mod images;
mod inventory;
mod kubeconfig;
mod planner;
mod platform;
mod privilege;
mod removal;
mod root_shell;
mod session;
mod site;
mod status;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::format_push_string)]
mod tests;
mod transfer;
mod up;
mod work;

pub mod facts;
pub mod preflight;

pub use access::{Access, Secrets};
pub use action::HostAction;
pub use down::down;
pub use error::HostsError;
pub use exec::{ExecLine, ExecResult, Stream, exec};
pub use gateway::{Gateway, Passage};
pub use kubeconfig::{admin_kubeconfig, run_kubeconfig};
pub use planner::Drain;
pub use removal::{Removal, consider_removal, remove, surplus_nodes};
pub use site::Site;
pub use status::{ApiStatus, NodeStatus, StatusReport, VipStatus, status};
pub use up::{Further, PreflightReport, RunOptions, UpOutcome, preflight, up};

//! Runs over hosts: inventory, facts, preflight, stages over SSH.
//!
//! [`up`] connects the rooms: the engine's executor asks a planner (spec, facts and playbooks) for
//! one stage after the other and has each carried out by a driver (a root shell per host).

mod access;
mod action;
mod ask;
mod authority;
mod certificates;
mod context;
mod down;
mod driver;
mod encryption;
mod endpoint;
mod error;
mod etcd;
mod exec;
mod external_etcd;
mod gateway;
mod images;
mod inventory;
mod kubeconfig;
mod leaving;
mod moving;
mod operation;
mod planner;
mod platform;
mod privilege;
mod removal;
mod root_shell;
mod secrets;
mod security;
mod serving;
mod session;
mod site;
mod static_pods;
mod status;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::format_push_string)]
mod tests;
mod transfer;
mod up;
mod upgrade_path;
mod work;

pub mod facts;
pub mod preflight;

pub use access::{Access, Secrets};
pub use action::HostAction;
pub use certificates::{
    Certificate, CertificateKind, CertificateState, CertificatesReport, certificates_status,
};
pub use down::down;
pub use error::HostsError;
pub use etcd::{Snapshot, SnapshotFile, etcd_snapshot, verify_snapshot};
pub use exec::{ExecLine, ExecResult, Stream, exec};
pub use external_etcd::EtcdClient;
pub use gateway::{Gateway, Passage};
pub use kubeconfig::{admin_kubeconfig, run_kubeconfig};
pub use leaving::Drain;
pub use operation::{Operation, SNAPSHOT};
pub use removal::{Removal, Surplus, consider_removal, remove, surplus_nodes};
pub use site::Site;
pub use status::{
    AddonState, AddonStatus, ApiStatus, EtcdStatus, LoadBalancerStatus, MemberStatus, NodeStatus,
    StatusReport, VipStatus, status,
};
pub use up::{LocalFile, PreflightReport, RunOptions, UpOutcome, operate, preflight, up};

//! Backups of the cluster's state: a snapshot of etcd, brought here.

mod snapshot;
mod verify;

pub use snapshot::{Snapshot, etcd_snapshot};
pub use verify::{SnapshotFile, verify_snapshot};

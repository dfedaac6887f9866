//! The Kubernetes API: how it is reached, and what is done with it.

mod access;
mod balancers;
mod claim;
mod client;
mod cluster;
mod diff;
mod entrance;
mod forward;
mod inventory;
mod kubeconfig;
mod lock;
mod reference;

pub use claim::Claim;
pub(crate) use cluster::{Applying, Cluster};
pub(crate) use diff::{comparable, shown};
pub use entrance::{Entrance, EntranceError, Stream};
pub use forward::Forward;
pub(crate) use inventory::{Entry, Inventory, inventory_reference};
pub(crate) use kubeconfig::forwarded;
pub(crate) use lock::{Contested, Lock};
pub(crate) use reference::Reference;

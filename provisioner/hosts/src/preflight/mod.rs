//! What can be wrong with hosts before anything is done to them.
//!
//! [`check`] is pure: it looks at the spec, at the [facts](crate::facts) and at what the hosts found
//! out about one another ([`Probe`]). [`catalogue`] lists every check; `docs/preflight.md` tells of
//! each what it is for and how to provoke it.

mod catalogue;
mod check;
mod disk;
mod etcd;
mod finding;
mod firewall;
mod identity;
mod images;
mod input;
mod kernel;
mod leftovers;
mod names;
mod network;
mod ports;
mod probe;
mod runtime;
mod standing;
mod system;
mod time;
mod vip;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use catalogue::{catalogue, check};
pub use check::Check;
pub use finding::{Finding, Severity};
pub use input::{Input, Supply};
pub use probe::{Destination, Etcd, Neighbour, Outcome, Path, Probe, Registry, Task, Vrrp, tasks};

//! What hosts find out about one another: a second look, beyond what each says about itself.
//!
//! Three scripts per host, each sent to all hosts at once: listen, probe, and end listening. A
//! connection can be told from a refusal only where somebody listens, and on fresh hosts nobody does.

mod model;
mod parse;
mod script;
mod tasks;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use model::{Etcd, Neighbour, Outcome, Path, Probe, Registry, Vrrp};
pub use tasks::{Destination, Task, tasks};

//! What hosts say about themselves: one script per host, parsed into [`Facts`].

mod model;
mod network;
mod parse;
mod script;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use model::{
    Architecture, Cgroup, Clock, Disk, Facts, Family, Kernel, Kubernetes, Link, Lookup, Module, Os,
    PackageManager, Process, Program, Protocol, Route, Socket, Window,
};
pub use parse::parse;
pub use script::Request;

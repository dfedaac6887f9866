//! A real API server for tests of rooms that need no nodes: etcd, kube-apiserver and
//! kube-controller-manager on this machine, and the real kubectl and helm. And files behind HTTP, for what is downloaded.

#![allow(clippy::unwrap_used)]

mod api_server;
mod file_server;
mod programs;

pub use api_server::ApiServer;
pub use file_server::FileServer;
pub use programs::helm;

//! A real API server for tests of rooms that need no nodes: etcd, kube-apiserver and
//! kube-controller-manager on this machine, and the real kubectl and helm.

#![allow(clippy::unwrap_used)]

mod api_server;
mod programs;

pub use api_server::ApiServer;
pub use programs::helm;

//! What a spec says, resolved: every default is filled in.

mod addon;
mod charts;
mod cluster;
mod host;
mod hosts;
mod kubernetes;
mod network;
mod runtime;
mod ssh;
mod taint;

pub use addon::Addon;
pub use charts::Charts;
pub use cluster::{API_VERSION, Cluster, KIND};
pub use host::{EDGE_ROLE, Host, Role};
pub use hosts::{API_SERVER_PORT, ApiEndpoint, Edge, Hosts};
pub use kubernetes::{
    ApiServer, Certificates, Component, Kubernetes, PackageRepository, SUPPORTED_MINORS, Upgrade,
};
pub use network::{Dns, Network, NetworkPlugin, Proxy, ProxyMode};
pub use runtime::{Containerd, HttpProxy, Runtime};
pub use ssh::{Bastion, DEFAULT_PORT, DEFAULT_USER, SecretSource, Ssh};
pub use taint::{Taint, TaintEffect};

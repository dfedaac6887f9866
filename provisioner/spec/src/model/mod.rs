//! What a spec says, resolved: every default is filled in.

mod addon;
mod charts;
mod cidrs;
mod cluster;
mod eks;
mod etcd;
mod hook;
mod host;
mod hosts;
mod kubernetes;
mod network;
mod resources;
mod runtime;
mod security;
mod spec;
mod ssh;
mod taint;

pub use addon::Addon;
pub use charts::Charts;
pub use cidrs::Cidrs;
pub use cluster::{API_VERSION, Cluster, KIND};
pub(crate) use eks::partition;
pub use eks::{
    AccessEntry, AccessEntryType, AccessPolicy, AddonVersion, AmiFamily, Architecture,
    AuthenticationMode, CapacityReservation, ControlPlaneSubnets, ControlPlaneTier, CpuCredits,
    Eks, EksAddon, EksCluster, EksKubernetes, EksNetwork, EksVersion, EndpointAccess,
    FargateProfile, FargateSelector, HostnameType, IamRole, IdentityProvider, LogType, Nat,
    NetworkSource, NodeGroup, NodeRepair, NodeShare, PodIdentity, RepairAction, RepairOverride,
    ResolveConflicts, Roles, ServiceAccount, Subnets, Support, Volume, VolumeType, Vpc,
};
pub use etcd::{Etcd, ExternalEtcd};
pub use hook::Hook;
pub use host::{EDGE_ROLE, Host, Role};
pub use hosts::{API_SERVER_PORT, ApiEndpoint, Edge, Hosts, Ingress};
pub use kubernetes::{
    ApiServer, Certificates, Component, Kubernetes, PackageRepository, SUPPORTED_MINORS, Upgrade,
};
pub use network::{Dns, Network, NetworkPlugin, Proxy, ProxyMode};
pub use resources::{Amounts, Resources};
pub use runtime::{Containerd, HttpProxy, Runtime};
pub use security::{Audit, Encryption, Profile, Security};
pub use spec::Spec;
pub(crate) use spec::SpecSchema;
pub use ssh::{Bastion, DEFAULT_PORT, DEFAULT_USER, SecretSource, Ssh};
pub use taint::{Taint, TaintEffect};

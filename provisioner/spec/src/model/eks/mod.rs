//! A cluster on EKS, resolved.

mod addon;
mod cluster;
mod fargate_profile;
mod identity;
mod max_unavailable;
mod node_group;
mod settings;
mod vpc;

pub use addon::{AddonVersion, EksAddon, ResolveConflicts};
pub use cluster::{EksCluster, EksKubernetes, EksNetwork, EksVersion};
pub use fargate_profile::{FargateProfile, FargateSelector};
pub use identity::{
    AccessEntry, AccessEntryType, AccessPolicy, IamRole, PodIdentity, Roles, ServiceAccount,
};
pub use max_unavailable::MaxUnavailable;
pub use node_group::{AmiFamily, Architecture, NodeGroup, Volume, VolumeType};
pub(crate) use settings::partition;
pub use settings::{AuthenticationMode, Eks, EndpointAccess, LogType, Support};
pub use vpc::{Nat, Subnets, Vpc};

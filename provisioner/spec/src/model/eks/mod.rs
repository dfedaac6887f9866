//! A cluster on EKS, resolved.

mod addon;
mod capacity_reservation;
mod cluster;
mod control_plane_subnets;
mod fargate_profile;
mod identity;
mod identity_provider;
mod network_source;
mod node_group;
mod node_repair;
mod node_share;
mod settings;
mod vpc;

pub use addon::{AddonVersion, EksAddon, ResolveConflicts};
pub use capacity_reservation::CapacityReservation;
pub use cluster::{EksCluster, EksKubernetes, EksNetwork, EksVersion};
pub use control_plane_subnets::ControlPlaneSubnets;
pub use fargate_profile::{FargateProfile, FargateSelector};
pub use identity::{
    AccessEntry, AccessEntryType, AccessPolicy, IamRole, PodIdentity, Roles, ServiceAccount,
};
pub use identity_provider::IdentityProvider;
pub use network_source::NetworkSource;
pub use node_group::{AmiFamily, Architecture, CpuCredits, NodeGroup, Volume, VolumeType};
pub use node_repair::{NodeRepair, RepairAction, RepairOverride};
pub use node_share::NodeShare;
pub(crate) use settings::partition;
pub use settings::{AuthenticationMode, ControlPlaneTier, Eks, EndpointAccess, LogType, Support};
pub use vpc::{HostnameType, Nat, Subnets, Vpc};

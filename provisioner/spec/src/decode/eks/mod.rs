//! The part of a spec that describes a cluster on EKS.

mod addon;
mod addon_identities;
mod cluster;
mod fargate_profile;
mod identity;
mod identity_provider;
mod node_group;
mod node_repair;
mod settings;
mod text;
mod vpc;

pub(super) use addon::{POD_IDENTITY_AGENT, addon_version, default_addons};
pub(super) use addon_identities::give_identities;
pub(super) use cluster::eks_cluster;
pub(super) use fargate_profile::selectors;
pub(super) use identity::{access_policy_name, policy_document, role_name, session};
pub(super) use identity_provider::identity_provider_fields;
pub(super) use node_group::{
    MOST_NODES, MOST_UNAVAILABLE, Sizes, additional_volumes, cpu_credits, node_share, sizes, whole,
};
pub(super) use node_repair::repair_override;
pub(super) use settings::{EVERYWHERE, control_plane_tier, eks, log_types, support};
pub(super) use text::*;
pub(super) use vpc::hostname_type;

//! eksctl's `ClusterConfig` as a cluster on EKS. Every key that eksctl knows is accepted; what has no
//! counterpart here is listed.

mod access;
mod addon;
mod addons;
mod capacity;
mod config;
mod fargate_profile;
mod iam;
mod identity_provider;
mod instances;
mod node_group;
mod node_repair;
mod node_role;
mod permissions;
mod rest;
mod ssh;
mod user_data;
mod volumes;
mod vpc;
mod well_known;

pub(super) use config::{API_VERSION, cluster_config};

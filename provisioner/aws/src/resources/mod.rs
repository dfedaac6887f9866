//! One file or folder for each kind of resource: how it is looked at, compared, made and removed.

pub(crate) mod access_entry;
pub(crate) mod addon;
pub(crate) mod address;
pub(crate) mod cluster;
pub(crate) mod fargate_profile;
pub(crate) mod identity_provider;
pub(crate) mod instance;
pub(crate) mod internet_gateway;
pub(crate) mod launch_template;
pub(crate) mod load_balancer;
pub(crate) mod nat_gateway;
pub(crate) mod network_interface;
pub(crate) mod node_group;
pub(crate) mod oidc_provider;
pub(crate) mod pod_identity;
pub(crate) mod policy_document;
pub(crate) mod role;
pub(crate) mod route_table;
pub(crate) mod security_group;
mod security_group_rules;
pub(crate) mod subnet;
pub(crate) mod update;
mod user_data;
pub(crate) mod vpc;

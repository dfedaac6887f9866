//! What the targets of a run are called: a task is known by its target, and names those it waits for.
//!
//! They stand together here so that the kinds of resources can name one another without knowing one another.

pub(crate) const CLUSTER: &str = "cluster";
/// That of people.
pub(crate) const IDENTITY_PROVIDER: &str = "identity provider";
pub(crate) const INTERNET_GATEWAY: &str = "internet gateway";
/// Those that nodes have leaked.
pub(crate) const NETWORK_INTERFACES: &str = "network interfaces";
pub(crate) const OIDC_PROVIDER: &str = "OIDC provider";
/// That of the control plane.
pub(crate) const SECURITY_GROUP: &str = "security group";
pub(crate) const VPC: &str = "vpc";

/// What comes behind the last `:` tells people enough.
pub(crate) fn access_entry(principal: &str) -> String {
    let resource = principal.rsplit(':').next().unwrap_or(principal);
    format!("access entry {resource}")
}

pub(crate) fn addon(name: &str) -> String {
    format!("addon {name}")
}

pub(crate) fn address(name: &str) -> String {
    format!("address {name}")
}

pub(crate) fn fargate_profile(name: &str) -> String {
    format!("Fargate profile {name}")
}

pub(crate) fn launch_template(group: &str) -> String {
    format!("launch template {group}")
}

/// A security group that controllers have left behind.
pub(crate) fn leftover_group(id: &str) -> String {
    format!("security group {id}")
}

pub(crate) fn nat_gateway(name: &str) -> String {
    format!("NAT gateway {name}")
}

pub(crate) fn node_group(name: &str) -> String {
    format!("node group {name}")
}

pub(crate) fn pod_identity(name: &str) -> String {
    format!("pod identity {name}")
}

pub(crate) fn role(purpose: &str) -> String {
    format!("role {purpose}")
}

pub(crate) fn route_table(name: &str) -> String {
    format!("route table {name}")
}

/// That through which the nodes of a group are reached by SSH.
pub(crate) fn ssh_group(group: &str) -> String {
    format!("security group ssh-{group}")
}

pub(crate) fn subnet(name: &str) -> String {
    format!("subnet {name}")
}

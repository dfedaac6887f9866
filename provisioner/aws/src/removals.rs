//! Everything of a cluster that exists and was made for it, as removals in their order.

use std::sync::Arc;

use provisioner_spec::EksCluster;

use crate::account::Account;
use crate::names::Names;
use crate::resource::Removal;
use crate::resources::address::{AddressRemoval, AddressState};
use crate::resources::cluster::ClusterRemoval;
use crate::resources::fargate_profile::{FargateProfileRemoval, ProfileState};
use crate::resources::internet_gateway::InternetGatewayRemoval;
use crate::resources::launch_template::{self, LaunchTemplateRemoval};
use crate::resources::load_balancer::{Leftover, LeftoverRemoval};
use crate::resources::nat_gateway::NatGatewayRemoval;
use crate::resources::network_interface::FreeInterfaces;
use crate::resources::node_group::{self, NodeGroupRemoval};
use crate::resources::oidc_provider::OidcProviderRemoval;
use crate::resources::pod_identity::{self, PodIdentityRemoval};
use crate::resources::role::{RoleRemoval, RoleState};
use crate::resources::route_table::RouteTableRemoval;
use crate::resources::security_group::{self, SecurityGroupRemoval};
use crate::resources::subnet::SubnetRemoval;
use crate::resources::vpc::VpcRemoval;
use crate::targets;

pub(crate) type Removals = Vec<Arc<dyn Removal>>;

/// What `down` removes. Nodes go first, so that nobody puts back what goes after them; then the
/// control plane; then what controllers have left behind; then roles and the network.
pub(crate) fn all(cluster: &EksCluster, names: &Names, account: &Account) -> Removals {
    let mut removals = Removals::new();
    removals.extend(pod_identities(account));
    removals.extend(node_groups(account));
    removals
        .extend(fargate_profiles(account.fargate_profiles.values(), &identity_targets(account)));
    removals.extend(control_plane(account));
    removals.extend(leftovers(account));
    removals.extend(templates(account));
    removals.extend(roles(names, account));
    removals.extend(security_group(account));
    removals.extend(ssh_groups(account));
    if !cluster.eks.vpc.is_imported() {
        removals.extend(network(account));
    }
    removals
}

/// What a role is for, by its tag or its name.
pub(crate) fn purpose(names: &Names, role: &RoleState) -> String {
    let prefix = names.role_prefix();
    let tag = role.tags.get(crate::names::RESOURCE_TAG).and_then(|tag| tag.strip_prefix("role-"));
    tag.or_else(|| role.name.strip_prefix(&prefix)).unwrap_or(&role.name).to_owned()
}

fn pod_identities(account: &Account) -> Removals {
    let own = account.pod_identities.iter().filter(|(_, identity)| identity.owner.is_none());
    let removal = |(name, identity): (&String, &pod_identity::IdentityState)| {
        let (name, id) = (name.clone(), identity.id.clone());
        Arc::new(PodIdentityRemoval { name, id }) as Arc<dyn Removal>
    };
    own.map(removal).collect()
}

fn identity_targets(account: &Account) -> Vec<String> {
    account.pod_identities.keys().map(|name| targets::pod_identity(name)).collect()
}

fn node_groups(account: &Account) -> Removals {
    let removal = |group: &node_group::GroupState| {
        let after = identity_targets(account);
        Arc::new(NodeGroupRemoval { group: group.clone(), after }) as Arc<dyn Removal>
    };
    account.node_groups.values().map(removal).collect()
}

/// Each after the one before it: AWS removes one of a cluster at a time.
pub(crate) fn fargate_profiles<'a>(
    profiles: impl Iterator<Item = &'a ProfileState>,
    after: &[String],
) -> Removals {
    let mut after = after.to_vec();
    let removal = |profile: &ProfileState| {
        let removal = FargateProfileRemoval { profile: profile.clone(), after: after.clone() };
        after = vec![removal.target()];
        Arc::new(removal) as Arc<dyn Removal>
    };
    profiles.map(removal).collect()
}

fn profile_targets(account: &Account) -> Vec<String> {
    account.fargate_profiles.keys().map(|name| targets::fargate_profile(name)).collect()
}

fn group_targets(account: &Account) -> Vec<String> {
    account.node_groups.keys().map(|name| targets::node_group(name)).collect()
}

/// The interfaces that the nodes have leaked would keep the cluster's security group.
fn control_plane(account: &Account) -> Removals {
    let Some(cluster) = &account.cluster else { return oidc(account) };
    let mut removals = Removals::new();
    let mut after = group_targets(account);
    if let Some(group) = &cluster.own_security_group {
        let interfaces = FreeInterfaces { security_group: group.clone(), after: after.clone() };
        removals.push(Arc::new(interfaces));
        after.push(targets::NETWORK_INTERFACES.to_owned());
    }
    after.extend(profile_targets(account));
    removals.push(Arc::new(ClusterRemoval {
        cluster: cluster.clone(),
        addons: account.addons.keys().cloned().collect(),
        access_entries: account.access_entries.keys().cloned().collect(),
        identity_provider: account.identity_provider.as_ref().map(|one| one.name.clone()),
        after,
    }));
    removals.extend(oidc(account));
    removals
}

fn oidc(account: &Account) -> Removals {
    let removal = account.oidc.iter().map(|provider| {
        let after = vec![targets::CLUSTER.to_owned()];
        Arc::new(OidcProviderRemoval { arn: provider.arn.clone(), after }) as Arc<dyn Removal>
    });
    removal.collect()
}

/// Once no control plane makes them anew. A target group goes after the balancers that use it.
fn leftovers(account: &Account) -> Removals {
    let Some(vpc) = account.vpc.as_ref().map(|vpc| vpc.id.clone()) else { return Vec::new() };
    let removal = |leftover: &Leftover, after: Vec<String>| LeftoverRemoval {
        leftover: leftover.clone(),
        vpc: vpc.clone(),
        after,
    };
    let is_group = |leftover: &&Leftover| matches!(leftover, Leftover::TargetGroup(_));
    let after_cluster = vec![targets::CLUSTER.to_owned()];
    let mut removals = Removals::new();
    let mut balancers = Vec::new();
    for leftover in account.leftovers.iter().filter(|one| !is_group(one)) {
        let removal = removal(leftover, after_cluster.clone());
        balancers.push(removal.target());
        removals.push(Arc::new(removal));
    }
    let after = [after_cluster, balancers].concat();
    for leftover in account.leftovers.iter().filter(is_group) {
        removals.push(Arc::new(removal(leftover, after.clone())));
    }
    for id in &account.leftover_groups {
        let (target, id) = (targets::leftover_group(id), id.clone());
        removals.push(Arc::new(SecurityGroupRemoval { target, id, after: after.clone() }));
    }
    removals
}

fn templates(account: &Account) -> Removals {
    let removal = |(group, template): (&String, &launch_template::TemplateState)| {
        let (group, id) = (group.clone(), template.id.clone());
        let after = group_targets(account);
        Arc::new(LaunchTemplateRemoval { group, id, after }) as Arc<dyn Removal>
    };
    account.templates.iter().map(removal).collect()
}

/// Roles go when nothing acts under them any more.
fn roles(names: &Names, account: &Account) -> Removals {
    let ours = account.roles.values().filter(|role| role.is_ours);
    let removal = |role: &RoleState| {
        let purpose = purpose(names, role);
        let mut after = group_targets(account);
        after.extend(profile_targets(account));
        after.push(targets::CLUSTER.to_owned());
        after.extend(identity_targets(account));
        Arc::new(RoleRemoval { purpose, role: role.clone(), after }) as Arc<dyn Removal>
    };
    ours.map(removal).collect()
}

fn security_group(account: &Account) -> Removals {
    let ours = account.security_group.iter().filter(|group| group.is_ours);
    let removal = |group: &security_group::SecurityGroupState| {
        let mut after = vec![targets::CLUSTER.to_owned()];
        after.extend(account.leftover_groups.iter().map(|id| targets::leftover_group(id)));
        let target = targets::SECURITY_GROUP.to_owned();
        Arc::new(SecurityGroupRemoval { target, id: group.id.clone(), after }) as Arc<dyn Removal>
    };
    ours.map(removal).collect()
}

/// When no node has them any more.
fn ssh_groups(account: &Account) -> Removals {
    let ours = account.ssh_groups.iter().filter(|(_, group)| group.is_ours);
    let removal = |(name, group): (&String, &security_group::SecurityGroupState)| {
        let (target, id, after) =
            (targets::ssh_group(name), group.id.clone(), group_targets(account));
        Arc::new(SecurityGroupRemoval { target, id, after }) as Arc<dyn Removal>
    };
    ours.map(removal).collect()
}

/// The VPC and all that is in it.
fn network(account: &Account) -> Removals {
    let mut removals = Removals::new();
    let nats: Vec<_> = account.nats.keys().map(|name| targets::nat_gateway(name)).collect();
    for (name, nat) in &account.nats {
        let after = group_targets(account);
        let (name, id) = (name.clone(), nat.id.clone());
        removals.push(Arc::new(NatGatewayRemoval { name, id, after }));
    }
    for (name, address) in &account.addresses {
        let (name, address, after) = (name.clone(), address.clone(), nats.clone());
        removals.push(Arc::new(AddressRemoval { name, address, after }));
    }
    for address in &account.surplus_addresses {
        removals.push(surplus(address, nats.clone()));
    }
    let mut in_subnets = nats.clone();
    in_subnets.push(targets::CLUSTER.to_owned());
    in_subnets.extend(group_targets(account));
    let leftovers = leftovers(account);
    in_subnets.extend(leftovers.iter().map(|one| one.target()));
    for (name, one) in &account.subnets {
        let (name, id, after) = (name.clone(), one.id.clone(), in_subnets.clone());
        removals.push(Arc::new(SubnetRemoval { name, id, after }));
    }
    let subnet_targets: Vec<_> = account.subnets.keys().map(|name| targets::subnet(name)).collect();
    for (name, table) in &account.route_tables {
        let (name, table, after) = (name.clone(), table.clone(), subnet_targets.clone());
        removals.push(Arc::new(RouteTableRemoval { name, table, after }));
    }
    if let Some(gateway) = &account.gateway {
        let mut after = in_subnets.clone();
        after.extend(account.addresses.keys().map(|name| targets::address(name)));
        removals.push(Arc::new(InternetGatewayRemoval { gateway: gateway.clone(), after }));
    }
    if let Some(vpc) = &account.vpc {
        let mut after = subnet_targets;
        after.push(targets::INTERNET_GATEWAY.to_owned());
        after.push(targets::SECURITY_GROUP.to_owned());
        after.extend(account.ssh_groups.keys().map(|name| targets::ssh_group(name)));
        after.extend(account.route_tables.keys().map(|name| targets::route_table(name)));
        after.extend(account.leftover_groups.iter().map(|id| targets::leftover_group(id)));
        removals.push(Arc::new(VpcRemoval { id: vpc.id.clone(), after }));
    }
    removals
}

pub(crate) fn surplus(address: &AddressState, after: Vec<String>) -> Arc<dyn Removal> {
    let name = address.allocation.clone();
    Arc::new(AddressRemoval { name, address: address.clone(), after })
}

//! What exists of a cluster and its spec no longer asks for, as removals in their order.

use std::sync::Arc;

use crate::account::Account;
use crate::layout::Layout;
use crate::names::Names;
use crate::ownership::is_ours;
use crate::removals::{Removals, fargate_profiles, purpose, surplus};
use crate::resource::Removal;
use crate::resources::access_entry::{self, AccessEntryRemoval};
use crate::resources::addon::AddonRemoval;
use crate::resources::address::AddressRemoval;
use crate::resources::fargate_profile::ProfileState;
use crate::resources::identity_provider::IdentityProviderRemoval;
use crate::resources::launch_template::LaunchTemplateRemoval;
use crate::resources::nat_gateway::NatGatewayRemoval;
use crate::resources::node_group::{GROUP_TAG, NodeGroupRemoval};
use crate::resources::oidc_provider::{OidcProviderRemoval, OidcState};
use crate::resources::pod_identity::{self, PodIdentityRemoval};
use crate::resources::role::{RoleRemoval, RoleState};
use crate::resources::route_table::RouteTableRemoval;
use crate::resources::security_group::SecurityGroupRemoval;
use crate::resources::subnet::SubnetRemoval;
use crate::spec_tags::Tags;
use crate::targets;
use crate::work::Context;

/// What exists of a cluster and its spec no longer asks for.
pub(crate) fn unwanted(context: &Context, account: &Account) -> Removals {
    let (eks, names) = (&context.cluster.eks, &context.names);
    let layout = Layout::new(context, &account.zones);
    let mut removals = Removals::new();
    let wanted_group = |group: &str| eks.node_groups.iter().any(|one| one.name == group);
    for group in account.node_groups.values().filter(|group| is_ours(&group.tags, names)) {
        let name = group.tags.get(GROUP_TAG).unwrap_or(&group.name);
        if !wanted_group(name) {
            removals.push(Arc::new(NodeGroupRemoval { group: group.clone(), after: Vec::new() }));
        }
    }
    let is_wanted =
        |profile: &&ProfileState| eks.fargate_profiles.iter().any(|one| one.name == profile.name);
    let profiles = account.fargate_profiles.values();
    let dropped = profiles.filter(|one| is_ours(&one.tags, names) && !is_wanted(one));
    removals.extend(fargate_profiles(dropped, &[]));
    for (group, template) in account.templates.iter().filter(|(name, _)| !wanted_group(name)) {
        let after = vec![targets::node_group(group)];
        let id = template.id.clone();
        removals.push(Arc::new(LaunchTemplateRemoval { group: group.clone(), id, after }));
    }
    let is_reached = |name: &String| {
        eks.node_groups.iter().any(|one| one.name == *name && !one.ssh_from.is_empty())
    };
    for (name, group) in
        account.ssh_groups.iter().filter(|(name, one)| one.is_ours && !is_reached(name))
    {
        let (target, id, after) =
            (targets::ssh_group(name), group.id.clone(), targets_of(&removals));
        removals.push(Arc::new(SecurityGroupRemoval { target, id, after }));
    }
    for (name, addon) in &account.addons {
        if is_ours(&addon.tags, names) && !eks.addons.contains_key(name) {
            removals.push(Arc::new(AddonRemoval { name: name.clone() }));
        }
    }
    for (principal, entry) in &account.access_entries {
        let wanted = eks.access_entries.iter().any(|one| one.principal == *principal);
        if access_entry::is_ours(entry, names.cluster()) && !wanted {
            let principal = principal.clone();
            removals.push(Arc::new(AccessEntryRemoval { principal }));
        }
    }
    let wanted_identity = |name: &String| {
        let mut all = eks.pod_identities.iter();
        all.any(|one| pod_identity::name(&one.namespace, &one.service_account) == *name)
    };
    for (name, identity) in &account.pod_identities {
        if identity.owner.is_none() && is_ours(&identity.tags, names) && !wanted_identity(name) {
            let (name, id) = (name.clone(), identity.id.clone());
            removals.push(Arc::new(PodIdentityRemoval { name, id }));
        }
    }
    let provider = account.identity_provider.iter().filter(|one| is_ours(&one.tags, names));
    for provider in provider.filter(|_| eks.identity_provider.is_none()) {
        let (name, after) = (provider.name.clone(), targets_of(&removals));
        removals.push(Arc::new(IdentityProviderRemoval { name, after }));
    }
    removals.extend(roles(account, &layout, names, &removals));
    removals.extend(oidc_provider(context, account, &removals));
    removals.extend(network(context, account, &layout, &removals));
    removals
}

/// The roles of what is removed go after it.
fn roles(account: &Account, layout: &Layout, names: &Names, before: &Removals) -> Removals {
    let is_wanted = |role: &&RoleState| layout.roles.iter().any(|one| one.name == role.name);
    let ours = account.roles.values().filter(|role| role.is_ours);
    let removal = |role: &RoleState| {
        let (purpose, after) = (purpose(names, role), targets_of(before));
        Arc::new(RoleRemoval { purpose, role: role.clone(), after }) as Arc<dyn Removal>
    };
    ours.filter(|role| !is_wanted(role)).map(removal).collect()
}

/// The trust in service accounts, when none is given a role any more.
fn oidc_provider(context: &Context, account: &Account, before: &Removals) -> Removals {
    let provider = account.oidc.iter().filter(|one| is_ours(&one.tags, &context.names));
    let unwanted = provider.filter(|_| !context.cluster.eks.oidc_provider);
    let removal = |provider: &OidcState| {
        let (arn, after) = (provider.arn.clone(), targets_of(before));
        Arc::new(OidcProviderRemoval { arn, after }) as Arc<dyn Removal>
    };
    unwanted.map(removal).collect()
}

/// What a smaller network leaves over, from the outside to the inside: its routes have been led elsewhere, and
/// its nodes are gone by then.
fn network(context: &Context, account: &Account, layout: &Layout, before: &Removals) -> Removals {
    let mut removals = Removals::new();
    if context.cluster.eks.vpc.is_imported() {
        return removals;
    }
    let is_ours = |tags: &Tags| is_ours(tags, &context.names);
    let is_wanted = |name: &String| layout.nats.iter().any(|one| one.name == *name);
    for (name, nat) in
        account.nats.iter().filter(|(name, one)| is_ours(&one.tags) && !is_wanted(name))
    {
        let (name, id, after) = (name.clone(), nat.id.clone(), targets_of(before));
        removals.push(Arc::new(NatGatewayRemoval { name, id, after }));
    }
    for (name, address) in account.addresses.iter().filter(|(name, _)| !is_wanted(name)) {
        let (name, address, after) =
            (name.clone(), address.clone(), vec![targets::nat_gateway(name)]);
        removals.push(Arc::new(AddressRemoval { name, address, after }));
    }
    removals.extend(account.surplus_addresses.iter().map(|one| surplus(one, Vec::new())));
    let after = [targets_of(before), targets_of(&removals)].concat();
    let is_wanted = |name: &String| layout.subnets.iter().any(|one| one.name == *name);
    for (name, one) in
        account.subnets.iter().filter(|(name, one)| is_ours(&one.tags) && !is_wanted(name))
    {
        let (name, id, after) = (name.clone(), one.id.clone(), after.clone());
        removals.push(Arc::new(SubnetRemoval { name, id, after }));
    }
    let after = targets_of(&removals);
    let is_wanted = |name: &String| layout.route_tables.iter().any(|one| one.name == *name);
    for (name, table) in
        account.route_tables.iter().filter(|(name, one)| is_ours(&one.tags) && !is_wanted(name))
    {
        let (name, table, after) = (name.clone(), table.clone(), after.clone());
        removals.push(Arc::new(RouteTableRemoval { name, table, after }));
    }
    removals
}

fn targets_of(removals: &Removals) -> Vec<String> {
    removals.iter().map(|removal| removal.target()).collect()
}

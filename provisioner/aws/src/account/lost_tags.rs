//! What has lost its tags, and is known by what it is used for.

use std::collections::{BTreeMap, BTreeSet};

use super::Account;
use crate::AwsError;
use crate::layout::Layout;
use crate::names::CLUSTER_TAG;
use crate::ownership::is_ours;
use crate::resources::{address, launch_template, node_group};
use crate::work::Context;

/// Adds it to the account as what it was made for.
pub(super) async fn recover(context: &Context, account: &mut Account) -> Result<(), AwsError> {
    addresses(context, account).await?;
    templates(context, account).await?;
    roles(context, account);
    Ok(())
}

/// Addresses, by the NAT gateways that have them. One that was allocated in the stead of such a one is surplus.
async fn addresses(context: &Context, account: &mut Account) -> Result<(), AwsError> {
    let is_known = |name: &String, allocation: &String| {
        account.addresses.get(name).is_some_and(|address| address.allocation == *allocation)
    };
    let of_nats = account.nats.iter();
    let of_nats = of_nats.filter_map(|(name, nat)| Some((name.clone(), nat.allocation.clone()?)));
    let lost = of_nats.filter(|(name, allocation)| !is_known(name, allocation));
    let lost: BTreeMap<_, _> = lost.map(|(name, allocation)| (allocation, name)).collect();
    if lost.is_empty() {
        return Ok(());
    }
    for found in address::by_allocations(context, lost.keys().cloned().collect()).await? {
        let Some(name) = lost.get(&found.allocation) else { continue };
        account.surplus_addresses.retain(|other| other.allocation != found.allocation);
        let surplus = account.addresses.insert(name.clone(), found);
        account.surplus_addresses.extend(surplus);
    }
    Ok(())
}

/// Launch templates with one of our names, by the node groups of ours that have them.
async fn templates(context: &Context, account: &mut Account) -> Result<(), AwsError> {
    let known: BTreeSet<_> = account.templates.values().map(|one| one.id.clone()).collect();
    let groups = account.node_groups.values();
    let groups = groups.filter(|group| is_ours(&group.tags, &context.names));
    let of_groups = groups.filter_map(|group| {
        let name = group.tags.get(node_group::GROUP_TAG).unwrap_or(&group.name);
        Some((group.template_id.clone()?, name.clone()))
    });
    let lost: BTreeMap<_, _> = of_groups.filter(|(id, _)| !known.contains(id)).collect();
    for (id, group) in lost {
        let found = launch_template::by_id(context, &id).await?;
        let has_our_name = |name: &String| *name == context.names.launch_template(&group);
        let lost_its_tag =
            found.filter(|one| has_our_name(&one.name) && !one.tags.contains_key(CLUSTER_TAG));
        account.templates.extend(lost_its_tag.map(|one| (group.clone(), one)));
    }
    Ok(())
}

/// Roles with the name of one that is made, by what acts under them.
fn roles(context: &Context, account: &mut Account) {
    let made = Layout::new(context, &account.zones).roles;
    let made: BTreeSet<_> = made.into_iter().map(|role| role.name).collect();
    let mut used: BTreeSet<_> = account.cluster.iter().map(|one| one.role.clone()).collect();
    used.extend(account.node_groups.values().map(|group| group.role.clone()));
    used.extend(account.fargate_profiles.values().map(|profile| profile.role.clone()));
    used.extend(account.pod_identities.values().map(|identity| identity.role.clone()));
    let provider = account.oidc.as_ref().map(|provider| provider.arn.clone());
    for role in account.roles.values_mut() {
        let trusts_pods =
            || provider.as_ref().is_some_and(|arn| role.trust.to_string().contains(arn));
        let is_used = used.contains(&role.arn) || trusts_pods();
        if !role.tags.contains_key(CLUSTER_TAG) && made.contains(&role.name) && is_used {
            role.is_ours = true;
        }
    }
}

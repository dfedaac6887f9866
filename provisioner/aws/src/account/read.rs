use std::collections::BTreeMap;

use provisioner_spec::Eks;

use super::{Account, lost_tags};
use crate::error::Asked as _;
use crate::layout::Layout;
use crate::names::{CLUSTER_TAG, RESOURCE_TAG};
use crate::ownership::is_ours;
use crate::resources::subnet::{Subnet, SubnetState};
use crate::resources::{
    access_entry, addon, address, cluster, fargate_profile, identity_provider, instance,
    internet_gateway, launch_template, load_balancer, nat_gateway, node_group, oidc_provider,
    pod_identity, role, route_table, security_group, subnet, vpc,
};
use crate::tags;
use crate::work::Context;
use crate::{AwsError, named, offerings, ownership};

/// Zones that EKS has no control planes in, by their ids ("Subnet requirements for clusters").
const WITHOUT_EKS: [&str; 3] = ["use1-az3", "usw1-az2", "cac1-az3"];
const DEFAULT_ZONES: usize = 3;

/// Looks at everything that belongs to the cluster: first what is known by names and tags, then what
/// is in the VPC.
pub(crate) async fn read(context: &Context, to_remove: bool) -> Result<Account, AwsError> {
    let identity = context.clients.identity().await?;
    ownership::check_account(context, &identity)?;
    let (cluster, vpcs, addresses, templates, roles, zones, node_groups) = futures::try_join!(
        cluster::find(context),
        vpc::find(context),
        address::find(context),
        launch_template::find(context),
        roles(context),
        offered_zones(context),
        node_group::find(context),
    )?;
    let is = cluster.as_ref().and_then(|cluster| cluster.version);
    let version = context.cluster.kubernetes.version.or(is).filter(|_| !to_remove);
    let versions = async {
        match version {
            Some(version) => addon::versions(context, version).await,
            // What goes needs none; for a new cluster AWS chooses the version of Kubernetes first.
            None => Ok(BTreeMap::new()),
        }
    };
    let instances = async {
        if node_groups.is_empty() || to_remove {
            return Ok(BTreeMap::new());
        }
        instance::find(context).await
    };
    let newer_releases = async {
        if !context.latest_releases {
            return Ok(BTreeMap::new());
        }
        node_group::newer_releases(context, &node_groups).await
    };
    let (
        addons,
        access_entries,
        pod_identities,
        fargate_profiles,
        identity_provider,
        addon_versions,
        instances,
        newer_releases,
    ) = futures::try_join!(
        addon::find(context),
        access_entry::find(context),
        pod_identity::find(context),
        fargate_profile::find(context),
        identity_provider::find(context),
        versions,
        instances,
        newer_releases,
    )?;
    let (addresses, surplus_addresses) = addresses;
    let mut account = Account {
        identity: Some(identity),
        addresses,
        surplus_addresses,
        templates,
        roles,
        node_groups,
        newer_releases,
        instances,
        fargate_profiles,
        addons,
        addon_versions,
        access_entries,
        pod_identities,
        identity_provider,
        cluster,
        ..Account::default()
    };
    account.vpc = the_vpc(context, &account, vpcs).await?;
    refuse_others(context, &account)?;
    account.oidc = oidc(context, &account, to_remove).await?;
    inside_vpc(context, &mut account, zones, to_remove).await?;
    lost_tags::recover(context, &mut account).await?;
    if !to_remove {
        named::check(context, &account).await?;
        offerings::check(context, &account).await?;
    }
    Ok(account)
}

fn refuse_others(context: &Context, account: &Account) -> Result<(), AwsError> {
    let Some(cluster) = &account.cluster else { return Ok(()) };
    let vpc = account.vpc.as_ref().filter(|vpc| cluster.vpc.as_ref() == Some(&vpc.id));
    let tags = vpc.map(|vpc| vpc.tags.clone()).unwrap_or_default();
    ownership::refuse_others(&context.names, cluster, &tags)
}

/// The roles that may be this cluster's: those that the spec names, and those that begin as its names do or
/// say in their description whose they are, which the spec may have dropped. Tags, which tell for sure, are not
/// in a list of roles.
async fn roles(context: &Context) -> Result<BTreeMap<String, role::RoleState>, AwsError> {
    let (prefix, description) = (context.names.role_prefix(), context.names.role_description(""));
    let wanted = Layout::new(context, &[]).roles;
    let may_be_ours = |role: &aws_sdk_iam::types::Role| {
        role.role_name.starts_with(&prefix)
            || role.description.as_ref().is_some_and(|text| text.ends_with(&description))
            || wanted.iter().any(|one| one.name == role.role_name)
    };
    let pages = context.clients.iam.list_roles().max_items(1000).into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked("look for roles")?;
    let names = all.into_iter().filter(may_be_ours).map(|role| role.role_name);
    let found = names.map(async |name| role::find(context, &name).await);
    let found = futures::future::try_join_all(found).await?;
    Ok(found.into_iter().flatten().map(|role| (role.name.clone(), role)).collect())
}

/// The zones of the region in which there can be a cluster.
async fn offered_zones(context: &Context) -> Result<Vec<String>, AwsError> {
    let call = context.clients.ec2.describe_availability_zones();
    let call = call.filters(tags::filter("opt-in-status", "opt-in-not-required"));
    let answer = call.send().await.asked("look which zones there are")?;
    let mut zones: Vec<_> = answer
        .availability_zones
        .into_iter()
        .flatten()
        .filter(|zone| !WITHOUT_EKS.contains(&zone.zone_id.as_deref().unwrap_or_default()))
        .filter_map(|zone| zone.zone_name)
        .collect();
    zones.sort();
    Ok(zones)
}

/// The imported VPC; or the one that is marked as ours, or that our cluster is in.
async fn the_vpc(
    context: &Context,
    account: &Account,
    ours: Vec<aws_sdk_ec2::types::Vpc>,
) -> Result<Option<vpc::VpcState>, AwsError> {
    let imported = context.cluster.eks.vpc.id.clone();
    let is_ours = |cluster: &&cluster::ClusterState| is_ours(&cluster.tags, &context.names);
    let of_cluster =
        || account.cluster.as_ref().filter(is_ours).and_then(|cluster| cluster.vpc.clone());
    let found = match (&imported, ours.len()) {
        (None, 1) => ours.into_iter().next(),
        (None, 2..) => return Err(several(&ours)),
        _ => match imported.clone().or_else(of_cluster) {
            Some(id) => by_id(context, &id).await?,
            None => None,
        },
    };
    match (found, imported) {
        (Some(found), _) => vpc::describe(context, found).await.map(Some),
        (None, Some(id)) => Err(AwsError::NotPossible {
            what: format!("use the VPC {id}"),
            why: "there is none of that id in this region and account".to_owned(),
            hint: "`aws ec2 describe-vpcs` lists them".to_owned(),
        }),
        (None, None) => Ok(None),
    }
}

fn several(vpcs: &[aws_sdk_ec2::types::Vpc]) -> AwsError {
    let ids: Vec<_> = vpcs.iter().filter_map(|vpc| vpc.vpc_id.clone()).collect();
    AwsError::NotPossible {
        what: "find the VPC of the cluster".to_owned(),
        why: format!("several are marked as its own: {}", ids.join(", ")),
        hint: format!("delete those that are empty, or take their tag {CLUSTER_TAG}"),
    }
}

async fn by_id(context: &Context, id: &str) -> Result<Option<aws_sdk_ec2::types::Vpc>, AwsError> {
    let call = context.clients.ec2.describe_vpcs().filters(tags::filter("vpc-id", id));
    let answer = call.send().await.asked(format!("look at the VPC {id}"))?;
    Ok(answer.vpcs.into_iter().flatten().next())
}

/// The provider of the cluster's issuer. Without a cluster, one that an earlier `down` has left.
async fn oidc(
    context: &Context,
    account: &Account,
    to_remove: bool,
) -> Result<Option<oidc_provider::OidcState>, AwsError> {
    let issuer = account.cluster.as_ref().and_then(|cluster| cluster.issuer.as_ref());
    if let Some(issuer) = issuer {
        return oidc_provider::find(context, &oidc_provider::arn(account, issuer)).await;
    }
    if !to_remove {
        return Ok(None);
    }
    let call = context.clients.iam.list_open_id_connect_providers();
    let answer = call.send().await.asked("look for OIDC providers")?;
    let here = format!("oidc.eks.{}.", context.cluster.eks.region);
    let all = answer.open_id_connect_provider_list.into_iter().flatten();
    for arn in all.filter_map(|one| one.arn).filter(|arn| arn.contains(&here)) {
        let found = oidc_provider::find(context, &arn).await?;
        if let Some(found) = found.filter(|one| is_ours(&one.tags, &context.names)) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

async fn inside_vpc(
    context: &Context,
    account: &mut Account,
    offered: Vec<String>,
    to_remove: bool,
) -> Result<(), AwsError> {
    let eks = &context.cluster.eks;
    let Some(id) = account.vpc.as_ref().map(|vpc| vpc.id.clone()) else {
        account.zones = zones(eks, &BTreeMap::new(), offered);
        account.gateway = internet_gateway::find(context, None).await?.into_iter().next();
        return Ok(());
    };
    let all = subnet::of_vpc(context, tags::filter("vpc-id", &id)).await?;
    account.zones_of_subnets =
        all.iter().map(|subnet| (subnet.id.clone(), subnet.zone.clone())).collect();
    let groups = security_group::find(context, account, &id).await?;
    (account.security_group, account.ssh_groups) = (groups.control_plane, groups.ssh);
    if to_remove {
        (account.leftovers, account.leftover_groups) = futures::try_join!(
            load_balancer::find(context, &id),
            load_balancer::security_groups(context, &id),
        )?;
    }
    if eks.vpc.is_imported() {
        account.subnets = imported(eks, &all, &id)?;
        return Ok(());
    }
    let tagged: BTreeMap<_, _> =
        all.iter().filter_map(|one| Some((one.tags.get(RESOURCE_TAG)?, one))).collect();
    account.zones = zones(eks, &tagged, offered);
    let layout = Layout::new(context, &account.zones);
    account.subnets = named(&layout, all);
    let ids = |name: &String| account.subnets.get(name).map(|subnet| subnet.id.clone());
    let public = layout.subnets.iter().filter(|subnet| subnet.public);
    let nat_of_subnet: BTreeMap<_, _> =
        public.filter_map(|subnet| Some((ids(&subnet.name)?, subnet.zone.clone()))).collect();
    let table_of_subnet: BTreeMap<_, _> = layout
        .route_tables
        .iter()
        .flat_map(|table| table.subnets.iter().map(|subnet| (subnet, table.name.clone())))
        .filter_map(|(subnet, table)| Some((ids(subnet)?, table)))
        .collect();
    let (gateways, nats, tables) = futures::try_join!(
        internet_gateway::find(context, Some(&id)),
        nat_gateway::find(context, &id, &nat_of_subnet),
        route_table::find(context, &id, &table_of_subnet),
    )?;
    account.gateway = gateways.into_iter().next();
    account.nats = nats;
    account.route_tables = tables;
    Ok(())
}

/// Those that have lost their tags are known by their ranges.
fn named(layout: &Layout, all: Vec<SubnetState>) -> BTreeMap<String, SubnetState> {
    let name = |state: &SubnetState| {
        let is_it = |one: &&Subnet| one.zone == state.zone && one.ranges.contains(&state.cidr);
        let by_range = || layout.subnets.iter().find(is_it);
        let tag = state.tags.get(RESOURCE_TAG).cloned();
        tag.or_else(|| by_range().map(|one| one.name.clone()))
    };
    all.into_iter().filter_map(|state| Some((name(&state)?, state))).collect()
}

/// The imported subnets as the spec names them, which must all be in the VPC.
fn imported(
    eks: &Eks,
    all: &[SubnetState],
    vpc: &str,
) -> Result<BTreeMap<String, SubnetState>, AwsError> {
    let of_cluster = named_subnets(eks.vpc.subnets.all(), all, vpc)?;
    let of_control_plane = named_subnets(eks.vpc.control_plane_subnets.named(), all, vpc)?;
    Ok(of_cluster.into_iter().chain(of_control_plane).collect())
}

/// Each by its name; no two names are for the same one.
fn named_subnets<'a>(
    wanted: impl IntoIterator<Item = &'a String>,
    all: &[SubnetState],
    vpc: &str,
) -> Result<BTreeMap<String, SubnetState>, AwsError> {
    let mut named: BTreeMap<String, SubnetState> = BTreeMap::new();
    let mut missing = Vec::new();
    for name in wanted {
        let found = all.iter().filter(|one| [&one.id, &one.cidr, &one.zone].contains(&name));
        match found.collect::<Vec<_>>()[..] {
            [] => missing.push(name.clone()),
            [one] => {
                if let Some((other, _)) = named.iter().find(|(_, known)| known.id == one.id) {
                    return Err(unusable(vpc, format!("{other} and {name} are the same one")));
                }
                named.insert(name.clone(), one.clone());
            }
            ref several => {
                let ids: Vec<_> = several.iter().map(|one| one.id.as_str()).collect();
                let why = format!("{name} is any of {}", ids.join(", "));
                return Err(unusable(vpc, why));
            }
        }
    }
    if !missing.is_empty() {
        return Err(unusable(vpc, format!("it has no {}", missing.join(", "))));
    }
    Ok(named)
}

fn unusable(vpc: &str, why: String) -> AwsError {
    AwsError::NotPossible {
        what: format!("use the subnets of the VPC {vpc}"),
        why,
        hint: "`aws ec2 describe-subnets` lists them".to_owned(),
    }
}

/// Those of the spec; else those in which there are subnets already; else the first ones.
fn zones(eks: &Eks, tagged: &BTreeMap<&String, &SubnetState>, offered: Vec<String>) -> Vec<String> {
    if !eks.zones.is_empty() {
        return eks.zones.clone();
    }
    let mut used: Vec<_> = tagged.values().map(|subnet| subnet.zone.clone()).collect();
    used.sort();
    used.dedup();
    // A run that was cut off has made some of them only.
    let others = offered.into_iter().filter(|zone| !used.contains(zone)).collect::<Vec<_>>();
    let missing = DEFAULT_ZONES.saturating_sub(used.len());
    let mut zones = [used, others.into_iter().take(missing).collect()].concat();
    zones.sort();
    zones
}

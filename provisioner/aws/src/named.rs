//! What the spec names exists: security groups, placement groups, roles, and subnets in the zones of the control plane
//! and of node groups.
//! AWS would say so only when half of a cluster is made.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::Filter;
use provisioner_spec::{Eks, IamRole};

use crate::AwsError;
use crate::account::Account;
use crate::error::{Asked as _, IfFound as _};
use crate::layout::Layout;
use crate::resources::cluster::Cluster;
use crate::resources::node_group::NodeGroup;
use crate::work::Context;

/// Refuses a spec that names what is not there.
pub(crate) async fn check(context: &Context, account: &Account) -> Result<(), AwsError> {
    futures::try_join!(
        security_groups(context, account),
        placement_groups(context),
        roles(context, account),
    )?;
    if !context.cluster.eks.vpc.is_imported() {
        return Ok(());
    }
    let layout = Layout::new(context, &account.zones);
    zones_of_control_plane(&layout.cluster, account)?;
    zones_of_nodes(&layout.node_groups, account)
}

fn refused(what: String, why: String, hint: &str) -> AwsError {
    AwsError::NotPossible { what, why, hint: hint.to_owned() }
}

async fn security_groups(context: &Context, account: &Account) -> Result<(), AwsError> {
    let named = context.cluster.eks.named_security_groups();
    if named.is_empty() {
        return Ok(());
    }
    let ids = named.iter().map(|id| (*id).clone()).collect();
    let filter = Filter::builder().name("group-id").set_values(Some(ids)).build();
    let call = context.clients.ec2.describe_security_groups().filters(filter);
    let pages = call.into_paginator().items().send();
    let found = pages.collect::<Result<Vec<_>, _>>().await.asked("look for security groups")?;
    let found = found.into_iter().filter_map(|group| Some((group.group_id?, group.vpc_id)));
    let found: BTreeMap<_, _> = found.collect();
    let vpc = account.vpc.as_ref().map(|vpc| vpc.id.clone());
    let hint = "`aws ec2 describe-security-groups` lists them";
    for id in named {
        let what = format!("use the security group {id}");
        match found.get(id) {
            Some(of) if of.is_some() && *of == vpc => {}
            Some(of) => {
                let of = of.as_deref().unwrap_or("no VPC");
                let why = format!("it is in {of}, and not in the VPC of the cluster");
                return Err(refused(what, why, hint));
            }
            None => {
                let why = "there is none of that id in this region and account".to_owned();
                return Err(refused(what, why, hint));
            }
        }
    }
    Ok(())
}

async fn placement_groups(context: &Context) -> Result<(), AwsError> {
    let groups = &context.cluster.eks.node_groups;
    let named: BTreeSet<_> = groups.iter().filter_map(|one| one.placement_group.clone()).collect();
    if named.is_empty() {
        return Ok(());
    }
    let filter = Filter::builder().name("group-name");
    let filter = filter.set_values(Some(named.iter().cloned().collect())).build();
    let call = context.clients.ec2.describe_placement_groups().filters(filter);
    let answer = call.send().await.asked("look for placement groups")?;
    let found = answer.placement_groups.into_iter().flatten();
    let found: BTreeSet<_> = found.filter_map(|group| group.group_name).collect();
    match named.difference(&found).next() {
        Some(missing) => Err(refused(
            format!("start nodes in the placement group {missing}"),
            "there is none of that name in this region and account".to_owned(),
            "`aws ec2 describe-placement-groups` lists them",
        )),
        None => Ok(()),
    }
}

async fn roles(context: &Context, account: &Account) -> Result<(), AwsError> {
    let (_, number) = account.owner();
    let exists = async |arn: &String| {
        let (Some(of), Some(name)) = (arn.split(':').nth(4), arn.rsplit('/').next()) else {
            return Ok(());
        };
        // Of a role in another account nothing is known here.
        if of != number {
            return Ok(());
        }
        let call = context.clients.iam.get_role().role_name(name);
        let found = call.send().await.asked(format!("look for the role {name}")).if_found()?;
        let is_it = found.and_then(|answer| answer.role).is_some_and(|role| role.arn == *arn);
        let (what, why) = (format!("use the role {arn}"), "there is no such role".to_owned());
        if is_it { Ok(()) } else { Err(refused(what, why, "`aws iam list-roles` lists them")) }
    };
    let named = named_roles(&context.cluster.eks);
    futures::future::try_join_all(named.into_iter().map(exists)).await.map(drop)
}

fn named_roles(eks: &Eks) -> BTreeSet<&String> {
    let of_profiles = eks.fargate_profiles.iter().map(|profile| &profile.role);
    let of_pods = eks.pod_identities.iter().map(|identity| &identity.role);
    let all = [&eks.roles.cluster, &eks.roles.node].into_iter().chain(of_profiles).chain(of_pods);
    all.filter_map(arn).collect()
}

fn arn(role: &IamRole) -> Option<&String> {
    match role {
        IamRole::Arn(arn) => Some(arn),
        IamRole::Create => None,
    }
}

/// EKS wants two at least.
fn zones_of_control_plane(cluster: &Cluster, account: &Account) -> Result<(), AwsError> {
    let zones: Vec<_> = cluster.wanted_zones(account).into_iter().collect();
    match zones[..] {
        [zone] => Err(refused(
            "put the control plane into these subnets".to_owned(),
            format!("all of them are in {zone}"),
            "name subnets in two zones at least",
        )),
        _ => Ok(()),
    }
}

/// Each node group has subnets in each of its zones.
fn zones_of_nodes(groups: &[NodeGroup], account: &Account) -> Result<(), AwsError> {
    for group in groups {
        let subnets = group.subnets(account);
        let zones: Vec<_> =
            subnets.iter().filter_map(|id| account.subnets.get(id)).map(|one| &one.zone).collect();
        if let Some(missing) = group.spec.zones.iter().find(|zone| !zones.contains(zone)) {
            let kind = if group.spec.private { "private" } else { "public" };
            return Err(refused(
                format!("start the nodes of {} in {missing}", group.spec.name),
                format!("eks.vpc.subnets names no {kind} subnet in that zone"),
                "name one, or leave the zone out",
            ));
        }
    }
    Ok(())
}

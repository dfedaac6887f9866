//! What a node group is found by.

use std::collections::BTreeMap;

use aws_sdk_eks::types::{Nodegroup, NodegroupStatus};

use super::capacity;
use super::repair::node_repair;
use super::scaling::max_unavailable;
use super::state::{GROUP_TAG, GroupState};
use super::taints::taint_text;
use crate::AwsError;
use crate::account::Account;
use crate::error::{Asked as _, IfFound as _};
use crate::work::Context;

/// All groups of the cluster, by their own names.
pub(crate) async fn find(context: &Context) -> Result<BTreeMap<String, GroupState>, AwsError> {
    let call = context.clients.eks.list_nodegroups().cluster_name(context.names.cluster());
    let names = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let Some(names) = names.asked("look for node groups").if_found()? else {
        return Ok(BTreeMap::new());
    };
    let groups = names.iter().map(|name| describe(context, name));
    let groups = futures::future::try_join_all(groups).await?;
    Ok(groups.into_iter().flatten().map(|group| (group.name.clone(), group)).collect())
}

pub(super) async fn describe(
    context: &Context,
    name: &str,
) -> Result<Option<GroupState>, AwsError> {
    let call = context.clients.eks.describe_nodegroup().cluster_name(context.names.cluster());
    let answer = call.nodegroup_name(name).send().await;
    let answer = answer.asked(format!("look at the node group {name}")).if_found()?;
    Ok(answer.and_then(|answer| answer.nodegroup).map(state))
}

fn state(group: Nodegroup) -> GroupState {
    let sizes = group.scaling_config;
    let size =
        |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    let issues = group.health.and_then(|health| health.issues).into_iter().flatten();
    let issue = |issue: aws_sdk_eks::types::Issue| {
        let code = issue.code.map_or("issue".to_owned(), |code| code.as_str().to_owned());
        format!("{code}: {}", issue.message.unwrap_or_default())
    };
    let template = group.launch_template;
    let unavailable = group.update_config.as_ref();
    GroupState {
        name: group.nodegroup_name.unwrap_or_default(),
        arn: group.nodegroup_arn.unwrap_or_default(),
        status: group.status.unwrap_or(NodegroupStatus::Creating),
        version: group.version.and_then(|version| version.parse().ok()),
        release: group.release_version,
        min: size(sizes.as_ref().and_then(|sizes| sizes.min_size)),
        max: size(sizes.as_ref().and_then(|sizes| sizes.max_size)),
        desired: size(sizes.as_ref().and_then(|sizes| sizes.desired_size)),
        instance_types: group.instance_types.unwrap_or_default(),
        capacity: capacity::shown(group.capacity_type.as_ref()),
        ami: group.ami_type.map(|ami| ami.as_str().to_owned()).unwrap_or_default(),
        subnets: group.subnets.unwrap_or_default(),
        role: group.node_role.unwrap_or_default(),
        template_id: template.as_ref().and_then(|template| template.id.clone()),
        template_version: template.and_then(|template| template.version),
        labels: group.labels.into_iter().flatten().collect(),
        taints: group.taints.into_iter().flatten().filter_map(|taint| taint_text(&taint)).collect(),
        max_unavailable: unavailable.map(max_unavailable).unwrap_or_default(),
        repair: group.node_repair_config.and_then(node_repair),
        issues: issues.map(issue).collect(),
        tags: group.tags.into_iter().flatten().collect(),
    }
}

/// The groups that stand for a group of the spec: it, and those that it replaces. One that has lost its tags is
/// known by its name, or by its launch template.
pub(crate) fn of_spec<'a>(account: &'a Account, name: &str) -> Vec<&'a GroupState> {
    let template = account.templates.get(name).map(|template| &template.id);
    let is_it = |group: &&GroupState| match group.tags.get(GROUP_TAG) {
        Some(tag) => tag == name,
        None => {
            group.name == name || (template.is_some() && group.template_id.as_ref() == template)
        }
    };
    account.node_groups.values().filter(is_it).collect()
}

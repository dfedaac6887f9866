//! What pods run on.

use std::sync::Arc;

use provisioner_spec::{FargateProfile as ProfileSpec, NodeGroup as GroupSpec};

use super::network::Network;
use super::roles::{FARGATE_ROLE, NODE_ROLE};
use crate::names::RESOURCE_TAG;
use crate::resources::fargate_profile::FargateProfile;
use crate::resources::launch_template::LaunchTemplate;
use crate::resources::node_group::{GROUP_TAG, NodeGroup};
use crate::resources::security_group::{Kind, SecurityGroup};
use crate::work::Context;

pub(super) fn templates(context: &Context) -> Vec<Arc<LaunchTemplate>> {
    let template = |group: &GroupSpec| {
        let mut instance_tags = context.names.tags_with(&group.name, &group.tags);
        instance_tags.remove(RESOURCE_TAG);
        Arc::new(LaunchTemplate {
            name: context.names.launch_template(&group.name),
            group: group.clone(),
            ssh_group: context.names.ssh_group(&group.name),
            tags: context.names.tags(&format!("template-{}", group.name)),
            instance_tags,
        })
    };
    context.cluster.eks.node_groups.iter().map(template).collect()
}

/// Through which nodes are reached by SSH, where the spec says from where.
pub(super) fn ssh_groups(context: &Context) -> Vec<SecurityGroup> {
    let reached = context.cluster.eks.node_groups.iter().filter(|group| !group.ssh_from.is_empty());
    let group = |group: &GroupSpec| SecurityGroup {
        kind: Kind::Ssh(group.name.clone()),
        name: context.names.ssh_group(&group.name),
        sources: group.ssh_from.clone(),
        tags: context.names.tags(&format!("ssh-{}", group.name)),
    };
    reached.map(group).collect()
}

pub(super) fn node_groups(
    context: &Context,
    network: &Network<'_>,
    templates: &[Arc<LaunchTemplate>],
) -> Vec<NodeGroup> {
    let eks = &context.cluster.eks;
    let group = |(spec, template): (&GroupSpec, &Arc<LaunchTemplate>)| {
        let mut tags = context.names.tags_with(&format!("nodes-{}", spec.name), &spec.tags);
        tags.insert(GROUP_TAG.to_owned(), spec.name.clone());
        NodeGroup {
            spec: spec.clone(),
            version: context.cluster.kubernetes.version,
            all_subnets: network.node_subnets(spec),
            role: eks.roles.node.clone(),
            role_name: context.names.role(NODE_ROLE),
            routes: network.node_routes(spec),
            addons: eks.addons.keys().cloned().collect(),
            template: Arc::clone(template),
            tags,
        }
    };
    eks.node_groups.iter().zip(templates).map(group).collect()
}

/// Each waits for the one before it: AWS makes one of a cluster at a time.
pub(super) fn fargate_profiles(context: &Context, network: &Network<'_>) -> Vec<FargateProfile> {
    let mut previous = None;
    let profile = |spec: &ProfileSpec| {
        let subnets = network.fargate_subnets(spec);
        let tags = context.names.tags_with(&format!("fargate-{}", spec.name), &spec.tags);
        FargateProfile {
            spec: spec.clone(),
            routes: if network.is_imported() { Vec::new() } else { subnets.clone() },
            subnets,
            role_purpose: FARGATE_ROLE.to_owned(),
            role_name: context.names.role(FARGATE_ROLE),
            previous: previous.replace(spec.name.clone()),
            tags,
        }
    };
    context.cluster.eks.fargate_profiles.iter().map(profile).collect()
}

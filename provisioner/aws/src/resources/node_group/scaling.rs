//! The number of nodes.

use aws_sdk_eks::types::{NodegroupScalingConfig, NodegroupUpdateConfig};
use provisioner_spec::NodeShare;

use super::state::GroupState;
use crate::AwsError;
use crate::error::Asked as _;
use crate::resources::update::{Of, ended};
use crate::work::Work;

/// Sets the number of nodes of a group.
pub(crate) async fn scale(
    work: &Work<'_>,
    group: &GroupState,
    desired: u32,
) -> Result<(), AwsError> {
    let what = format!("scale the node group {} to {desired}", group.name);
    let update = work
        .once_free(async || {
            let call = work.clients().eks.update_nodegroup_config();
            let call = call.cluster_name(work.names().cluster()).nodegroup_name(&group.name);
            let call = call.scaling_config(scaling(group.min, group.max, desired));
            Ok(call.send().await.asked(&what)?.update)
        })
        .await?;
    ended(work, &what, Of::NodeGroup(&group.name), update).await
}

pub(super) fn number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) fn scaling(min: u32, max: u32, desired: u32) -> NodegroupScalingConfig {
    NodegroupScalingConfig::builder()
        .min_size(number(min))
        .max_size(number(max))
        .desired_size(number(desired))
        .build()
}

pub(super) fn update_config(unavailable: NodeShare) -> NodegroupUpdateConfig {
    let config = NodegroupUpdateConfig::builder();
    match unavailable {
        NodeShare::Nodes(nodes) => config.max_unavailable(number(nodes)),
        NodeShare::Percent(share) => config.max_unavailable_percentage(number(share)),
    }
    .build()
}

/// What a group has; where AWS says nothing, a node at a time.
pub(super) fn max_unavailable(config: &NodegroupUpdateConfig) -> NodeShare {
    let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let nodes = number(config.max_unavailable).map(NodeShare::Nodes);
    let share = || number(config.max_unavailable_percentage).map(NodeShare::Percent);
    nodes.or_else(share).unwrap_or_default()
}

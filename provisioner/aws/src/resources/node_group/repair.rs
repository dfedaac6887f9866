//! What EKS does with nodes that are ill.

use aws_sdk_eks::types::{NodeRepairConfig, NodeRepairConfigOverrides};
use provisioner_spec::{NodeRepair, NodeShare, RepairAction, RepairOverride};

use super::scaling::number;
use crate::difference::Difference;

/// What is asked for; a group that has been told to repair has to be told to stop.
pub(super) fn repair_config(repair: Option<&NodeRepair>) -> NodeRepairConfig {
    let Some(repair) = repair else { return NodeRepairConfig::builder().enabled(false).build() };
    let overrides = repair.overrides.iter().map(|one| {
        NodeRepairConfigOverrides::builder()
            .node_monitoring_condition(&one.condition)
            .node_unhealthy_reason(&one.reason)
            .min_repair_wait_time_mins(number(one.wait_minutes))
            .repair_action(one.action.as_str().into())
            .build()
    });
    let overrides = (!repair.overrides.is_empty()).then(|| overrides.collect());
    let config = NodeRepairConfig::builder().enabled(true);
    let config = match repair.max_unhealthy {
        Some(NodeShare::Nodes(nodes)) => config.max_unhealthy_node_threshold_count(number(nodes)),
        Some(NodeShare::Percent(share)) => {
            config.max_unhealthy_node_threshold_percentage(number(share))
        }
        None => config,
    };
    match repair.max_parallel {
        Some(NodeShare::Nodes(nodes)) => config.max_parallel_nodes_repaired_count(number(nodes)),
        Some(NodeShare::Percent(share)) => {
            config.max_parallel_nodes_repaired_percentage(number(share))
        }
        None => config,
    }
    .set_node_repair_config_overrides(overrides)
    .build()
}

/// What a group has; nothing where it is off.
pub(super) fn node_repair(config: NodeRepairConfig) -> Option<NodeRepair> {
    if config.enabled != Some(true) {
        return None;
    }
    Some(NodeRepair {
        max_unhealthy: share(
            config.max_unhealthy_node_threshold_count,
            config.max_unhealthy_node_threshold_percentage,
        ),
        max_parallel: share(
            config.max_parallel_nodes_repaired_count,
            config.max_parallel_nodes_repaired_percentage,
        ),
        overrides: config
            .node_repair_config_overrides
            .into_iter()
            .flatten()
            .filter_map(repair_override)
            .collect(),
    })
}

fn share(nodes: Option<i32>, share: Option<i32>) -> Option<NodeShare> {
    let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let nodes = number(nodes).map(NodeShare::Nodes);
    nodes.or_else(|| number(share).map(NodeShare::Percent))
}

fn repair_override(one: NodeRepairConfigOverrides) -> Option<RepairOverride> {
    let action = one.repair_action?;
    let action = RepairAction::ALL.into_iter().find(|known| known.as_str() == action.as_str());
    Some(RepairOverride {
        condition: one.node_monitoring_condition?,
        reason: one.node_unhealthy_reason?,
        wait_minutes: u32::try_from(one.min_repair_wait_time_mins?).ok()?,
        action: action?,
    })
}

pub(super) fn compared(
    difference: Difference,
    is: Option<&NodeRepair>,
    wanted: Option<&NodeRepair>,
) -> Difference {
    let texts = |repair: Option<&NodeRepair>| {
        let text = |share: Option<NodeShare>| share.map(|share| share.to_string());
        let unhealthy = text(repair.and_then(|repair| repair.max_unhealthy));
        let parallel = text(repair.and_then(|repair| repair.max_parallel));
        let overrides = repair.map(|repair| repair.overrides.iter().map(shown).collect());
        let overrides: Vec<String> = overrides.unwrap_or_default();
        (repair.map(|_| "on"), unhealthy, parallel, overrides)
    };
    let (is, wanted) = (texts(is), texts(wanted));
    difference
        .field("nodeRepair", is.0, wanted.0)
        .field("nodeRepair.maxUnhealthy", is.1, wanted.1)
        .field("nodeRepair.maxParallel", is.2, wanted.2)
        .field("nodeRepair.overrides", &is.3, &wanted.3)
}

fn shown(one: &RepairOverride) -> String {
    let RepairOverride { condition, reason, wait_minutes, action } = one;
    format!("{} after {wait_minutes} min of {condition}={reason}", action.as_str())
}

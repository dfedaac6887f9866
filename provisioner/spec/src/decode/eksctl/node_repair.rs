//! How many nodes go at once, and what becomes of nodes that are ill.

use crate::{
    decode::{
        cursor::Cursor,
        eks::{MOST_NODES, MOST_UNAVAILABLE, repair_override, whole},
        fields::Fields,
    },
    model::{NodeRepair, NodeShare, RepairAction},
};

/// AWS's words, and those of eksctl's own examples.
const ACTIONS: [(&str, RepairAction); 5] = [
    ("NoAction", RepairAction::NoAction),
    ("Reboot", RepairAction::Reboot),
    ("Replace", RepairAction::Replace),
    ("Restart", RepairAction::Reboot),
    ("Terminate", RepairAction::Replace),
];

pub(super) fn max_unavailable(at: &Cursor<'_>) -> NodeShare {
    let keys = ["maxUnavailable", "maxUnavailablePercentage"];
    at.map(|fields| share(fields, keys, MOST_UNAVAILABLE)).unwrap_or_default()
}

pub(super) fn node_repair(at: &Cursor<'_>) -> Option<NodeRepair> {
    let overrides = |at: &Cursor<'_>| {
        let keys = [
            "nodeMonitoringCondition",
            "nodeUnhealthyReason",
            "minRepairWaitTimeMins",
            "repairAction",
        ];
        Some(at.list(|at| repair_override(at, keys, &ACTIONS)))
    };
    at.map(|fields| {
        let enabled = fields.optional("enabled", Cursor::boolean) == Some(true);
        let unhealthy = ["maxUnhealthyNodeThresholdCount", "maxUnhealthyNodeThresholdPercentage"];
        let parallel = ["maxParallelNodesRepairedCount", "maxParallelNodesRepairedPercentage"];
        let repair = NodeRepair {
            max_unhealthy: share(fields, unhealthy, MOST_NODES),
            max_parallel: share(fields, parallel, MOST_NODES),
            overrides: fields.optional("nodeRepairConfigOverrides", overrides).unwrap_or_default(),
        };
        enabled.then_some(repair)
    })
}

/// A number of nodes and a share of them have keys of their own.
fn share(
    fields: &Fields<'_, '_>,
    [number, share]: [&'static str; 2],
    most: u64,
) -> Option<NodeShare> {
    let nodes = fields.optional(number, |at| whole(at, 1, most)).map(NodeShare::Nodes);
    let share = fields.optional(share, |at| whole(at, 1, 100)).map(NodeShare::Percent);
    nodes.or(share)
}

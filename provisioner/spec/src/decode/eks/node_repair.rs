use super::{MOST_NODES, node_share, whole};
use crate::{
    decode::cursor::Cursor,
    model::{NodeRepair, RepairAction, RepairOverride},
};

/// A week.
const LONGEST_WAIT: u64 = 7 * 24 * 60;

pub(super) fn node_repair(at: &Cursor<'_>) -> NodeRepair {
    let share = |at: &Cursor<'_>| node_share(at, MOST_NODES);
    at.map(|fields| NodeRepair {
        max_unhealthy: fields.optional("maxUnhealthy", share),
        max_parallel: fields.optional("maxParallel", share),
        overrides: fields
            .optional("overrides", |at| {
                let keys = ["condition", "reason", "waitMinutes", "action"];
                let actions = RepairAction::ALL.map(|action| (action.as_str(), action));
                Some(at.list(|at| repair_override(at, keys, &actions)))
            })
            .unwrap_or_default(),
    })
}

/// AWS wants all four to be said.
pub(in crate::decode) fn repair_override(
    at: &Cursor<'_>,
    [condition, reason, wait, action]: [&'static str; 4],
    actions: &[(&str, RepairAction)],
) -> Option<RepairOverride> {
    at.map(|fields| {
        let condition = fields.required(condition, Cursor::text);
        let reason = fields.required(reason, Cursor::text);
        let wait_minutes = fields.required(wait, |at| whole(at, 1, LONGEST_WAIT));
        let action = fields.required(action, |at| at.choice(actions));
        Some(RepairOverride {
            condition: condition?,
            reason: reason?,
            wait_minutes: wait_minutes?,
            action: action?,
        })
    })
}

//! Until a node group is there, or gone.

use std::time::Duration;

use aws_sdk_eks::types::NodegroupStatus;

use super::find::describe;
use super::state::GroupState;
use crate::work::{Look, Work};
use crate::{AwsError, targets};

const WITHIN: Duration = Duration::from_hours(1);

/// Waits until the nodes are there. A waiter of the SDK would lose AWS's reason.
pub(super) async fn active(work: &Work<'_>, name: &str) -> Result<GroupState, AwsError> {
    let what = targets::node_group(name);
    work.until(&what, WITHIN, async || {
        let Some(group) = describe(work.context, name).await? else {
            return Ok(Look::NotYet("not seen yet".to_owned()));
        };
        let reason = || {
            if group.issues.is_empty() { group.status.to_string() } else { group.issues.join("; ") }
        };
        match group.status {
            NodegroupStatus::Active => Ok(Look::Done(group)),
            NodegroupStatus::CreateFailed
            | NodegroupStatus::DeleteFailed
            | NodegroupStatus::Degraded
            | NodegroupStatus::Deleting => {
                Err(AwsError::Broken { what: format!("make the {what}"), reason: reason() })
            }
            _ if group.issues.is_empty() => Ok(Look::NotYet(group.status.to_string())),
            _ => Ok(Look::NotYet(format!("{}: {}", group.status, reason()))),
        }
    })
    .await
}

pub(super) async fn gone(work: &Work<'_>, name: &str) -> Result<(), AwsError> {
    let what = targets::node_group(name);
    work.until(&what, WITHIN, async || {
        let Some(group) = describe(work.context, name).await? else { return Ok(Look::Done(())) };
        if group.status == NodegroupStatus::DeleteFailed {
            let reason = group.issues.join("; ");
            return Err(AwsError::Broken { what: format!("delete the {what}"), reason });
        }
        Ok(Look::NotYet(group.status.to_string()))
    })
    .await
}

//! Until a cluster is there, or gone.

use std::time::Duration;

use aws_sdk_eks::types::ClusterStatus;

use super::find::find;
use super::state::ClusterState;
use crate::AwsError;
use crate::work::{Look, Work};

const WITHIN: Duration = Duration::from_mins(45);

/// Waits until the control plane is ready.
pub(super) async fn active(work: &Work<'_>) -> Result<ClusterState, AwsError> {
    work.until("the control plane", WITHIN, async || {
        let Some(cluster) = find(work.context).await? else {
            return Ok(Look::NotYet("not seen yet".to_owned()));
        };
        match cluster.status {
            ClusterStatus::Active => Ok(Look::Done(cluster)),
            ClusterStatus::Failed | ClusterStatus::Deleting => Err(AwsError::Broken {
                what: "make the control plane".to_owned(),
                reason: if cluster.issues.is_empty() {
                    format!("it is {}", cluster.status)
                } else {
                    cluster.issues.join("; ")
                },
            }),
            status => Ok(Look::NotYet(status.as_str().to_owned())),
        }
    })
    .await
}

pub(super) async fn gone(work: &Work<'_>) -> Result<(), AwsError> {
    work.until("the control plane", WITHIN, async || {
        Ok(match find(work.context).await? {
            None => Look::Done(()),
            Some(cluster) => Look::NotYet(cluster.status.as_str().to_owned()),
        })
    })
    .await
}

//! How a cluster is removed.

use aws_sdk_eks::types::ClusterStatus;

use super::state::ClusterState;
use super::update::set_deletion_protection;
use super::wait::gone;
use crate::error::{Asked as _, IfFound as _};
use crate::resource::Removal;
use crate::work::Work;
use crate::{AwsError, targets};

pub(super) async fn delete(work: &Work<'_>) -> Result<(), AwsError> {
    work.once_free(async || {
        let call = work.clients().eks.delete_cluster().name(work.names().cluster());
        call.send().await.asked("delete the cluster").if_found()
    })
    .await
    .map(drop)
}

#[derive(Debug)]
pub(crate) struct ClusterRemoval {
    pub(crate) cluster: ClusterState,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for ClusterRemoval {
    fn target(&self) -> String {
        targets::CLUSTER.to_owned()
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.cluster.arn.clone()]
    }

    /// Its own security group goes with it, but only when no network interface is left in it.
    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        if self.cluster.deletion_protection {
            set_deletion_protection(work, false).await?;
        }
        if self.cluster.status != ClusterStatus::Deleting {
            delete(work).await?;
        }
        gone(work).await
    }
}

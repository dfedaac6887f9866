//! How a cluster is removed.

use aws_sdk_eks::types::ClusterStatus;

use super::state::ClusterState;
use super::update::set_deletion_protection;
use super::wait::gone;
use crate::error::{Asked as _, IfFound as _};
use crate::resource::Removal;
use crate::work::Work;
use crate::{AwsError, targets};

/// What EKS calls it when a cluster is to stay (user guide, "Protect EKS clusters from accidental deletion").
const PROTECTED: &str = "InvalidRequestException";

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
    /// What it takes with it.
    pub(crate) addons: Vec<String>,
    pub(crate) access_entries: Vec<String>,
    pub(crate) identity_provider: Option<String>,
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
        let with = |what: &str, names: &[String]| {
            (!names.is_empty()).then(|| format!("its {what} {}", names.join(", ")))
        };
        let mut goes = vec![self.cluster.arn.clone()];
        goes.extend(with("addons", &self.addons));
        goes.extend(with("access entries", &self.access_entries));
        goes.extend(
            self.identity_provider.iter().map(|name| format!("its identity provider {name}")),
        );
        goes
    }

    /// Its own security group goes with it, but only when no network interface is left in it.
    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        if self.cluster.status != ClusterStatus::Deleting {
            self.delete_protected(work).await?;
        }
        gone(work).await
    }
}

impl ClusterRemoval {
    /// Only an active cluster is protected, and in no other state can that be changed: one that has failed, or that
    /// is still being made, goes without it.
    async fn delete_protected(&self, work: &Work<'_>) -> Result<(), AwsError> {
        match delete(work).await {
            Err(error) if self.cluster.deletion_protection && error.code() == PROTECTED => {
                set_deletion_protection(work, false).await?;
                delete(work).await
            }
            other => other,
        }
    }
}

//! How a node group is removed.

use aws_sdk_eks::types::NodegroupStatus;

use super::state::GroupState;
use super::wait::gone;
use crate::error::{Asked as _, IfFound as _};
use crate::resource::Removal;
use crate::work::Work;
use crate::{AwsError, targets};

pub(super) async fn delete(work: &Work<'_>, name: &str) -> Result<(), AwsError> {
    work.once_free(async || {
        let call = work.clients().eks.delete_nodegroup().cluster_name(work.names().cluster());
        let call = call.nodegroup_name(name);
        call.send().await.asked(format!("delete the node group {name}")).if_found()
    })
    .await
    .map(drop)
}

#[derive(Debug)]
pub(crate) struct NodeGroupRemoval {
    pub(crate) group: GroupState,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for NodeGroupRemoval {
    fn target(&self) -> String {
        targets::node_group(&self.group.name)
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        let group = &self.group;
        vec![format!("{}, {} nodes", group.name, group.desired)]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        if self.group.status != NodegroupStatus::Deleting {
            delete(work, &self.group.name).await?;
        }
        gone(work, &self.group.name).await
    }
}

//! How an addon is removed.

use super::wait::gone;
use crate::error::{Asked as _, IfFound as _};
use crate::resource::Removal;
use crate::work::Work;
use crate::{AwsError, targets};

/// `preserve`: what it runs in the cluster stays.
pub(super) async fn delete(work: &Work<'_>, name: &str, preserve: bool) -> Result<(), AwsError> {
    work.once_free(async || {
        let call = work.clients().eks.delete_addon().cluster_name(work.names().cluster());
        let answer = call.addon_name(name).preserve(preserve).send().await;
        answer.asked(format!("remove the addon {name}")).if_found()
    })
    .await
    .map(drop)
}

/// An addon that the spec no longer names.
#[derive(Debug)]
pub(crate) struct AddonRemoval {
    pub(crate) name: String,
}

#[async_trait::async_trait]
impl Removal for AddonRemoval {
    fn target(&self) -> String {
        targets::addon(&self.name)
    }

    fn goes(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        delete(work, &self.name, false).await?;
        gone(work, &self.name).await
    }
}

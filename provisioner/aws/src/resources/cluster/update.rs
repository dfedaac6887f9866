//! Updates of a cluster: one at a time, each waited for.

use aws_sdk_eks::operation::update_cluster_config::builders::UpdateClusterConfigFluentBuilder;

use crate::AwsError;
use crate::error::Asked as _;
use crate::resources::update::{Of, ended};
use crate::work::Work;

/// Asks for an update, once no other one is under way, and waits until it has ended.
pub(super) async fn updated<F>(
    work: &Work<'_>,
    what: &str,
    ask: impl FnMut() -> F,
) -> Result<(), AwsError>
where
    F: Future<Output = Result<Option<aws_sdk_eks::types::Update>, AwsError>>,
{
    let update = work.once_free(ask).await?;
    ended(work, what, Of::Cluster, update).await
}

/// Changes one part of the configuration.
pub(super) async fn configure(
    work: &Work<'_>,
    what: &str,
    set: impl Fn(UpdateClusterConfigFluentBuilder) -> UpdateClusterConfigFluentBuilder,
) -> Result<(), AwsError> {
    updated(work, what, async || {
        let call = work.clients().eks.update_cluster_config().name(work.names().cluster());
        Ok(set(call).send().await.asked(what)?.update)
    })
    .await
}

pub(super) async fn set_deletion_protection(work: &Work<'_>, on: bool) -> Result<(), AwsError> {
    let what = if on { "protect the cluster from deletion" } else { "let the cluster be deleted" };
    configure(work, what, |call| call.deletion_protection(on)).await
}

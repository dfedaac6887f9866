//! Updates: EKS carries them out one after the other and tells how each ended.

use std::time::Duration;

use aws_sdk_eks::types::{Update, UpdateStatus};

use crate::AwsError;
use crate::error::Asked as _;
use crate::work::{Look, Work};

/// Of what an update is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of<'a> {
    Cluster,
    NodeGroup(&'a str),
    Addon(&'a str),
}

/// New nodes for a large group take hours.
const WITHIN: Duration = Duration::from_hours(4);

/// Waits until an update has ended.
pub(crate) async fn ended(
    work: &Work<'_>,
    what: &str,
    of: Of<'_>,
    update: Option<Update>,
) -> Result<(), AwsError> {
    let id = update.and_then(|update| update.id).ok_or_else(|| crate::silent("an update"))?;
    work.until(what, WITHIN, async || {
        let call = work.clients().eks.describe_update().name(work.names().cluster()).update_id(&id);
        let call = match of {
            Of::Cluster => call,
            Of::NodeGroup(name) => call.nodegroup_name(name),
            Of::Addon(name) => call.addon_name(name),
        };
        let answer = call.send().await.asked(format!("see how far it is: {what}"))?;
        let Some(update) = answer.update else { return Ok(Look::NotYet("unknown".to_owned())) };
        match update.status {
            Some(UpdateStatus::Successful) => Ok(Look::Done(())),
            Some(UpdateStatus::Failed | UpdateStatus::Cancelled) => {
                Err(AwsError::NotUpdated { what: what.to_owned(), reason: reasons(&update) })
            }
            status => Ok(Look::NotYet(
                status.map_or("unknown".to_owned(), |status| status.as_str().to_owned()),
            )),
        }
    })
    .await
}

/// AWS's own words.
fn reasons(update: &Update) -> String {
    let errors = update.errors.as_deref().unwrap_or_default().iter().map(|error| {
        let code = error.error_code.as_ref().map_or("failed", |code| code.as_str());
        format!("{code}: {}", error.error_message.as_deref().unwrap_or("it says no more"))
    });
    let errors: Vec<_> = errors.collect();
    if errors.is_empty() { "it has failed without a reason".to_owned() } else { errors.join("; ") }
}

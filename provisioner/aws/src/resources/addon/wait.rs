//! Until an addon is ready, or gone.

use std::time::Duration;

use aws_sdk_eks::types::AddonStatus;

use super::find::describe;
use super::state::AddonState;
use super::wanted::Addon;
use crate::work::{Look, Work};
use crate::{AwsError, targets};

const WITHIN: Duration = Duration::from_mins(30);

impl Addon {
    /// DEGRADED is on the way to ACTIVE while the first nodes come up: it fails only when it lasts.
    pub(super) async fn ready(&self, work: &Work<'_>) -> Result<AddonState, AwsError> {
        let what = targets::addon(&self.name);
        work.until(&what, WITHIN, async || {
            let Some(addon) = describe(work.context, &self.name).await? else {
                return Ok(Look::NotYet("not seen yet".to_owned()));
            };
            let issues = addon.issues.join("; ");
            match addon.status {
                AddonStatus::Active => Ok(Look::Done(addon)),
                AddonStatus::Degraded if self.may_be_degraded() => Ok(Look::Done(addon)),
                AddonStatus::CreateFailed
                | AddonStatus::UpdateFailed
                | AddonStatus::DeleteFailed => {
                    let reason = if issues.is_empty() { addon.status.to_string() } else { issues };
                    Err(AwsError::Broken { what: format!("install the {what}"), reason })
                }
                _ if issues.is_empty() => Ok(Look::NotYet(addon.status.to_string())),
                _ => Ok(Look::NotYet(format!("{}: {issues}", addon.status))),
            }
        })
        .await
    }
}

pub(super) async fn gone(work: &Work<'_>, name: &str) -> Result<(), AwsError> {
    work.until(&targets::addon(name), WITHIN, async || {
        Ok(match describe(work.context, name).await? {
            None => Look::Done(()),
            Some(addon) => Look::NotYet(addon.status.to_string()),
        })
    })
    .await
}

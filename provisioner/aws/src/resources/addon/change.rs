//! How an addon is changed.

use aws_sdk_eks::types::ResolveConflicts;
use provisioner_spec::ResolveConflicts as Wish;

use super::state::AddonState;
use super::wanted::Addon;
use crate::difference::Difference;
use crate::error::Asked as _;
use crate::resources::update::{Of, ended};
use crate::work::Work;
use crate::{AwsError, tags};

impl Addon {
    pub(super) async fn change(
        &self,
        work: &Work<'_>,
        is: &AddonState,
        difference: &Difference,
    ) -> Result<(), AwsError> {
        if difference.touches("tags") {
            tags::set_eks(work.clients(), &is.arn, &is.tags, &self.tags).await?;
        }
        let of_update = ["version", "serviceAccountRole", "podIdentity", "configuration"];
        if !of_update.iter().any(|name| difference.touches(name)) {
            return Ok(());
        }
        let (version, identities) = {
            let account = work.context.account();
            (self.version(&account, Some(is))?, self.identities(&account)?)
        };
        let what = format!("update the addon {}", self.name);
        let resolve_conflicts = match self.spec.resolve_conflicts {
            Wish::Preserve => ResolveConflicts::Preserve,
            Wish::Overwrite => ResolveConflicts::Overwrite,
        };
        let update = work
            .once_free(async || {
                let call = work.clients().eks.update_addon().cluster_name(work.names().cluster());
                let call = call
                    .addon_name(&self.name)
                    .addon_version(&version)
                    .set_service_account_role_arn(self.spec.service_account_role.clone())
                    // An empty list takes them away (UpdateAddon).
                    .set_pod_identity_associations(
                        difference.touches("podIdentity").then(|| identities.clone()),
                    )
                    .configuration_values(self.configuration().unwrap_or_else(|| "{}".to_owned()))
                    .resolve_conflicts(resolve_conflicts.clone());
                Ok(call.send().await.asked(&what)?.update)
            })
            .await?;
        ended(work, &what, Of::Addon(&self.name), update).await
    }
}

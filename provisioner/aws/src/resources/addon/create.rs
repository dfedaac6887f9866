//! How an addon is installed.

use aws_sdk_eks::types::ResolveConflicts;

use super::wanted::Addon;
use crate::AwsError;
use crate::error::Asked as _;
use crate::work::Work;

impl Addon {
    pub(super) async fn create(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let (version, identities) = {
            let account = work.context.account();
            (self.version(&account, None)?, self.identities(&account)?)
        };
        let made = work
            .once_visible(async || {
                let call = work.clients().eks.create_addon().cluster_name(work.names().cluster());
                let call = call
                    .addon_name(&self.name)
                    .addon_version(&version)
                    .set_service_account_role_arn(self.spec.service_account_role.clone())
                    .set_pod_identity_associations(
                        (!identities.is_empty()).then(|| identities.clone()),
                    )
                    .set_configuration_values(self.configuration())
                    .resolve_conflicts(ResolveConflicts::Overwrite)
                    .set_tags(Some(self.tags.clone().into_iter().collect()));
                call.send().await.asked(format!("install the addon {}", self.name))
            })
            .await;
        match made {
            Err(error) if error.is_already_there() => Ok(()),
            other => other.map(drop),
        }
    }
}

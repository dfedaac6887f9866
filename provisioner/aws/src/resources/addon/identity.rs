//! The roles that addons act under, by their service accounts.

use aws_sdk_eks::types::AddonPodIdentityAssociations;
use provisioner_spec::EksAddon;

use super::wanted::Addon;
use crate::AwsError;
use crate::account::Account;

impl Addon {
    pub(super) fn identities(
        &self,
        account: &Account,
    ) -> Result<Vec<AddonPodIdentityAssociations>, AwsError> {
        let Some((_, name)) = &self.role else { return Ok(Vec::new()) };
        let role = account.roles.get(name).ok_or_else(|| crate::unknown("role of an addon"))?;
        let association = AddonPodIdentityAssociations::builder()
            .service_account(self.service_account()?)
            .role_arn(&role.arn)
            .build();
        Ok(association.into_iter().collect())
    }

    fn service_account(&self) -> Result<&'static str, AwsError> {
        EksAddon::service_account(&self.name).ok_or_else(|| AwsError::NotPossible {
            what: format!("give the addon {} its policies", self.name),
            why: "its service account is not known here".to_owned(),
            hint: "name namespace and service account under eks.podIdentities instead".to_owned(),
        })
    }
}

//! What is different from what is wanted.

use aws_sdk_eks::types::AddonStatus;
use serde_json::Value;

use super::state::AddonState;
use super::wanted::Addon;
use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::spec_tags::Tags;

impl Addon {
    pub(super) fn compared(&self, account: &Account) -> Result<Difference, AwsError> {
        let installed = account.addons.get(&self.name);
        let version = self.version(account, installed)?;
        let role = self.spec.service_account_role.as_ref();
        let configuration = self.configuration();
        let Some(addon) = installed else {
            return Ok(Difference::create()
                .with("version", version)
                .with("serviceAccountRole", role)
                .with("podIdentity", self.role.as_ref().map(|(_, name)| name))
                .with("configuration", configuration)
                .tags(&Tags::new(), &self.tags));
        };
        let status = self.status(addon);
        let role_of_pods = self.role.as_ref().map(|(_, name)| name.as_str());
        let owned = account.pod_identities.values();
        let owned = owned.filter(|one| one.owner.as_ref() == Some(&addon.arn));
        let roles: Vec<_> = owned.map(|one| one.role_name().to_owned()).collect();
        let is = match &addon.configuration {
            Value::Object(map) if !map.is_empty() => Some(addon.configuration.to_string()),
            _ => None,
        };
        Ok(Difference::of_existing()
            .field("status", status, "ACTIVE")
            .field("version", &addon.version, version)
            .field("serviceAccountRole", addon.service_account_role.as_ref(), role)
            .field("podIdentity", &roles, role_of_pods)
            .field("configuration", is, configuration)
            .tags(&addon.tags, &self.tags))
    }

    /// Without nodes, what needs them is degraded, and that is all right.
    fn status(&self, addon: &AddonState) -> String {
        let is_fine = addon.status == AddonStatus::Active
            || (addon.status == AddonStatus::Degraded && self.may_be_degraded());
        if is_fine { "ACTIVE".to_owned() } else { addon.status.as_str().to_owned() }
    }
}

//! An addon among the resources of a cluster.

use aws_sdk_eks::types::AddonStatus;

use super::removal::delete;
use super::state::AddonState;
use super::wait::gone;
use super::wanted::{Addon, needs_nodes};
use crate::account::Account;
use crate::difference::Difference;
use crate::resource::Resource;
use crate::resources::node_group;
use crate::work::Work;
use crate::{AwsError, targets};

#[async_trait::async_trait]
impl Resource for Addon {
    fn target(&self) -> String {
        targets::addon(&self.name)
    }

    fn after(&self, account: &Account) -> Vec<String> {
        let mut after = vec![targets::CLUSTER.to_owned()];
        after.extend(self.role.as_ref().map(|(purpose, _)| targets::role(purpose)));
        // With nodes, addons are updated first; without, these would never become ready.
        let has_nodes = |name: &String| !node_group::of_spec(account, name).is_empty();
        if needs_nodes(&self.name) {
            let new = self.node_groups.iter().filter(|name| !has_nodes(name));
            after.extend(new.map(|name| targets::node_group(name)));
            let has_profile = |name: &String| account.fargate_profiles.contains_key(name);
            let new = self.fargate_profiles.iter().filter(|name| !has_profile(name));
            after.extend(new.map(|name| targets::fargate_profile(name)));
        }
        after
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        self.compared(account)
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().addons.get(&self.name).cloned();
        let failed = |addon: &AddonState| {
            addon.status == AddonStatus::Deleting
                || (work.context.replace_failed
                    && matches!(
                        addon.status,
                        AddonStatus::CreateFailed
                            | AddonStatus::UpdateFailed
                            | AddonStatus::Degraded
                    ))
        };
        match existing {
            None => self.create(work).await?,
            Some(addon) if failed(&addon) => {
                // Nodes without their network, or pods without their names, would be worse than what has failed:
                // the new one takes over what runs.
                let runs = addon.status != AddonStatus::CreateFailed;
                delete(work, &self.name, runs).await?;
                gone(work, &self.name).await?;
                self.create(work).await?;
            }
            Some(addon) => self.change(work, &addon, difference).await?,
        }
        let addon = self.ready(work).await?;
        work.context.update(|account| drop(account.addons.insert(self.name.clone(), addon)));
        Ok(())
    }
}

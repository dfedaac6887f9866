//! A node group among the resources of a cluster.

use super::find::of_spec;
use super::removal::delete;
use super::state::GroupState;
use super::wait::{active, gone};
use super::wanted::NodeGroup;
use crate::account::Account;
use crate::difference::Difference;
use crate::resource::Resource;
use crate::work::Work;
use crate::{AwsError, targets};

#[async_trait::async_trait]
impl Resource for NodeGroup {
    fn target(&self) -> String {
        targets::node_group(&self.spec.name)
    }

    /// A new cluster's groups start beside its addons; later, addons are updated before the nodes.
    fn after(&self, account: &Account) -> Vec<String> {
        let mut after = vec![
            targets::CLUSTER.to_owned(),
            targets::role("node"),
            targets::launch_template(&self.spec.name),
        ];
        after.extend(self.routes.iter().map(|name| targets::route_table(name)));
        if !of_spec(account, &self.spec.name).is_empty() {
            after.extend(self.addons.iter().map(|name| targets::addon(name)));
        }
        after
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        Ok(self.compared(account))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let (best, wanted, others) = {
            let account = work.context.account();
            let existing = of_spec(&account, &self.spec.name);
            let best = self.best(&account, &existing).cloned();
            let is_wanted = |group: &GroupState| {
                self.fixed(&account, group, Difference::of_existing()).is_same()
                    && !Self::has_failed(group, work.context.replace_failed)
            };
            let wanted = best.clone().filter(|group| is_wanted(group));
            let others: Vec<_> = existing.into_iter().cloned().collect();
            (best, wanted, others)
        };
        let kept = match wanted {
            Some(group) => {
                self.change(work, &group, difference).await?;
                group.name
            }
            None => self.create(work, best.as_ref()).await?,
        };
        // New before old: only now the old one goes.
        for other in others.iter().filter(|other| other.name != kept) {
            delete(work, &other.name).await?;
            gone(work, &other.name).await?;
        }
        let state = active(work, &kept).await?;
        work.context.update(|account| {
            for other in others.iter().filter(|other| other.name != kept) {
                account.node_groups.remove(&other.name);
            }
            account.node_groups.insert(kept, state);
        });
        Ok(())
    }
}

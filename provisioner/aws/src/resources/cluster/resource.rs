//! The cluster among the resources that belong to it.

use aws_sdk_eks::types::ClusterStatus;

use super::removal::delete;
use super::state::ClusterState;
use super::wait::{active, gone};
use super::wanted::Cluster;
use crate::account::Account;
use crate::difference::Difference;
use crate::resource::Resource;
use crate::resources::{addon, oidc_provider};
use crate::work::Work;
use crate::{AwsError, targets};

#[async_trait::async_trait]
impl Resource for Cluster {
    fn target(&self) -> String {
        targets::CLUSTER.to_owned()
    }

    /// Neither NAT gateways nor private routes: they come up while the control plane does.
    fn after(&self, _: &Account) -> Vec<String> {
        let mut after: Vec<_> = self.all_subnets.iter().map(|name| targets::subnet(name)).collect();
        after.push(targets::role("cluster"));
        after.push(targets::SECURITY_GROUP.to_owned());
        after
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        self.compared(account)
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().cluster.clone();
        let replace = work.context.replace_failed;
        let cluster = match existing {
            None => self.create(work).await?,
            Some(cluster) if is_over(&cluster, replace) => {
                if cluster.status != ClusterStatus::Deleting {
                    delete(work).await?;
                }
                gone(work).await?;
                self.forget(work).await?;
                self.create(work).await?
            }
            Some(_) => {
                let cluster = active(work).await?;
                self.change(work, &cluster, difference).await?;
                active(work).await?
            }
        };
        // Without a version in the spec, only now is it known which addons go with it.
        let unknown = work.context.account().addon_versions.is_empty();
        if let Some(version) = cluster.version.filter(|_| unknown) {
            let versions = addon::versions(work.context, version).await?;
            work.context.update(|account| account.addon_versions = versions);
        }
        work.context.update(|account| account.cluster = Some(cluster));
        Ok(())
    }
}

/// Whether it goes before another one is made.
fn is_over(cluster: &ClusterState, replace_failed: bool) -> bool {
    cluster.status == ClusterStatus::Deleting
        || (cluster.status == ClusterStatus::Failed && replace_failed)
}

impl Cluster {
    /// What was in a cluster has gone with it; the trust in its service accounts has not.
    async fn forget(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let provider = work.context.account().oidc.clone();
        if let Some(provider) = provider {
            oidc_provider::delete(work, &provider.arn).await?;
        }
        work.context.update(|account| {
            account.oidc = None;
            account.cluster = None;
            account.addons.clear();
            account.access_entries.clear();
            account.identity_provider = None;
            account.pod_identities.clear();
            account.node_groups.clear();
        });
        Ok(())
    }
}

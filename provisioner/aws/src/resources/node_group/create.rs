//! How a node group is made.

use aws_sdk_eks::types::{AmiTypes, NodegroupStatus};

use super::capacity;
use super::removal::delete;
use super::repair::repair_config;
use super::scaling::{scaling, update_config};
use super::state::GroupState;
use super::taints::taint;
use super::wait::{active, gone};
use super::wanted::{NodeGroup, ami_type};
use crate::AwsError;
use crate::account::Account;
use crate::digest::digest;
use crate::error::Asked as _;
use crate::work::Work;

impl NodeGroup {
    /// A group that never came up goes first: it has the name, and no nodes to be missed. Nodes of one that is
    /// degraded may run pods: it goes when the new one is there.
    pub(super) async fn create(
        &self,
        work: &Work<'_>,
        replaced: Option<&GroupState>,
    ) -> Result<String, AwsError> {
        if let Some(failed) =
            replaced.filter(|group| Self::goes_first(group, work.context.replace_failed))
        {
            if failed.status != NodegroupStatus::Deleting {
                delete(work, &failed.name).await?;
            }
            gone(work, &failed.name).await?;
            work.context.update(|account| drop(account.node_groups.remove(&failed.name)));
        }
        let (name, role, subnets, template) = {
            let account = work.context.account();
            let subnets: Result<Vec<_>, _> =
                self.subnets(&account).iter().map(|name| account.subnet_id(name)).collect();
            let role = account.role_arn(&self.role, &self.role_name)?;
            (self.free_name(&account), role, subnets?, self.template(&account)?)
        };
        let spec = &self.spec;
        let desired = replaced.map_or(spec.desired, |old| old.desired.clamp(spec.min, spec.max));
        let repair = spec.node_repair.as_ref().map(|repair| repair_config(Some(repair)));
        let taints: Vec<_> = spec.taints.iter().map(taint).collect();
        let made = work
            .once_visible(async || {
                let call = work.clients().eks.create_nodegroup();
                let call = call
                    .cluster_name(work.names().cluster())
                    .nodegroup_name(&name)
                    .node_role(&role)
                    .set_subnets(Some(subnets.clone()))
                    .set_instance_types(capacity::instance_types(spec).cloned())
                    .capacity_type(capacity::wanted(spec))
                    .ami_type(AmiTypes::from(ami_type(spec)))
                    .scaling_config(scaling(spec.min, spec.max, desired))
                    .update_config(update_config(spec.max_unavailable))
                    .set_node_repair_config(repair.clone())
                    .set_labels(Some(spec.labels.clone().into_iter().collect()))
                    .set_taints((!taints.is_empty()).then(|| taints.clone()))
                    .launch_template(template.clone())
                    .set_version(self.version.map(|version| version.to_string()))
                    .set_release_version(self.release().cloned())
                    .set_tags(Some(self.tags.clone().into_iter().collect()));
                call.send().await.asked(format!("create the node group {name}"))
            })
            .await;
        match made {
            Err(error) if error.is_already_there() => {}
            other => drop(other?),
        }
        active(work, &name).await?;
        Ok(name)
    }

    /// Its own name, or one beside it while a group of that name is being replaced.
    fn free_name(&self, account: &Account) -> String {
        let name = &self.spec.name;
        let spec = &self.spec;
        let text = format!(
            "{:?} {} {} {:?} {:?}",
            spec.instance_types,
            capacity::wanted(spec),
            ami_type(spec),
            self.subnets(account),
            account.role_arn(&self.role, &self.role_name).ok(),
        );
        let beside = |number: usize| {
            let suffix = digest(&format!("{text}{}", "+".repeat(number)));
            let most = 62 - suffix.len();
            format!("{}-{suffix}", &name[..name.len().min(most)])
        };
        let is_free = |name: &String| !account.node_groups.contains_key(name);
        let mut names = std::iter::once(name.clone()).chain((0..).map(beside));
        names.find(is_free).unwrap_or_else(|| name.clone())
    }
}

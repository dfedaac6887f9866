//! How a node group is changed.

use aws_sdk_eks::types::{NodegroupStatus, UpdateLabelsPayload, UpdateTaintsPayload};

use super::repair::repair_config;
use super::scaling::{scaling, update_config};
use super::state::GroupState;
use super::taints::{parsed_taint, taint, taint_text};
use super::wait::active;
use super::wanted::NodeGroup;
use crate::difference::Difference;
use crate::error::Asked as _;
use crate::resources::instance;
use crate::resources::update::{Of, ended};
use crate::work::Work;
use crate::{AwsError, tags};

impl NodeGroup {
    pub(super) async fn change(
        &self,
        work: &Work<'_>,
        is: &GroupState,
        difference: &Difference,
    ) -> Result<(), AwsError> {
        if is.status != NodegroupStatus::Active && is.status != NodegroupStatus::Degraded {
            active(work, &is.name).await?;
        }
        if difference.touches("tags") {
            tags::set_eks(work.clients(), &is.arn, &is.tags, &self.tags).await?;
        }
        if difference.touches("nodes with other tags") {
            self.tag_nodes(work, is).await?;
        }
        let of_config =
            ["min", "max", "desired", "labels", "taints", "maxUnavailable", "nodeRepair"];
        if of_config.iter().any(|name| difference.touches(name)) {
            self.change_config(work, is, difference).await?;
        }
        let template = self.template(&work.context.account())?;
        let newer = self.newer_version(is.version);
        let other_release = difference.touches("releaseVersion");
        if newer.is_some() || other_release || is.template_version != template.version {
            let what = format!("renew the nodes of {}", is.name);
            let update = work
                .once_free(async || {
                    let call = work.clients().eks.update_nodegroup_version();
                    let call = call.cluster_name(work.names().cluster()).nodegroup_name(&is.name);
                    let call = call.launch_template(template.clone());
                    let call = call.set_version(newer.map(|version| version.to_string()));
                    // Without one, EKS takes the latest.
                    let call = call.set_release_version(self.release().cloned());
                    Ok(call.send().await.asked(&what)?.update)
                })
                .await?;
            ended(work, &what, Of::NodeGroup(&is.name), update).await?;
        }
        Ok(())
    }

    async fn tag_nodes(&self, work: &Work<'_>, is: &GroupState) -> Result<(), AwsError> {
        let nodes = work.context.account().instances.get(&is.name).cloned().unwrap_or_default();
        for node in &nodes {
            instance::set_tags(work, node, &self.template.instance_tags).await?;
        }
        Ok(())
    }

    async fn change_config(
        &self,
        work: &Work<'_>,
        is: &GroupState,
        difference: &Difference,
    ) -> Result<(), AwsError> {
        let spec = &self.spec;
        let gone = |key: &&String| !spec.labels.contains_key(*key);
        let removed: Vec<_> = is.labels.keys().filter(gone).cloned().collect();
        let labels = UpdateLabelsPayload::builder()
            .set_add_or_update_labels(Some(spec.labels.clone().into_iter().collect()))
            .set_remove_labels((!removed.is_empty()).then_some(removed))
            .build();
        let repair = difference.touches("nodeRepair");
        let repair = repair.then(|| repair_config(spec.node_repair.as_ref()));
        let what = format!("change the node group {}", is.name);
        let update = work
            .once_free(async || {
                let call = work.clients().eks.update_nodegroup_config();
                let call = call
                    .cluster_name(work.names().cluster())
                    .nodegroup_name(&is.name)
                    .scaling_config(scaling(spec.min, spec.max, self.desired(is.desired)))
                    .update_config(update_config(spec.max_unavailable))
                    .set_node_repair_config(repair.clone())
                    .labels(labels.clone())
                    .set_taints(self.changed_taints(is));
                Ok(call.send().await.asked(&what)?.update)
            })
            .await?;
        ended(work, &what, Of::NodeGroup(&is.name), update).await
    }

    fn changed_taints(&self, is: &GroupState) -> Option<UpdateTaintsPayload> {
        let wanted = self.taints();
        let removed = is.taints.iter().filter(|text| !wanted.contains(text));
        let removed: Vec<_> = removed.filter_map(|text| parsed_taint(text)).collect();
        let added: Vec<_> = self.spec.taints.iter().map(taint).collect();
        let added: Vec<_> = added
            .into_iter()
            .filter(|one| taint_text(one).is_some_and(|text| !is.taints.contains(&text)))
            .collect();
        (!removed.is_empty() || !added.is_empty()).then(|| {
            UpdateTaintsPayload::builder()
                .set_add_or_update_taints((!added.is_empty()).then_some(added))
                .set_remove_taints((!removed.is_empty()).then_some(removed))
                .build()
        })
    }
}

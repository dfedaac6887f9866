//! The instances of node groups: EKS starts and ends them; what is changed on those that run are their tags.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, Instance};

use crate::AwsError;
use crate::error::Asked as _;
use crate::spec_tags::Tags;
use crate::tags;
use crate::work::{Context, Work};

/// Tags that EKS gives the instances of a node group.
const CLUSTER: &str = "eks:cluster-name";
const GROUP: &str = "eks:nodegroup-name";

#[derive(Debug, Clone)]
pub(crate) struct InstanceState {
    pub(crate) id: String,
    /// Those that end with it: no volume of a `PersistentVolumeClaim` does.
    pub(crate) volumes: Vec<String>,
    pub(crate) tags: Tags,
}

/// The instances that run, by node group.
pub(crate) async fn find(
    context: &Context,
) -> Result<BTreeMap<String, Vec<InstanceState>>, AwsError> {
    let of_cluster = tags::filter(&format!("tag:{CLUSTER}"), context.names.cluster());
    let there = Filter::builder().name("instance-state-name").values("pending").values("running");
    let call = context.clients.ec2.describe_instances().filters(of_cluster).filters(there.build());
    let pages = call.into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked("look for the nodes")?;
    let mut found: BTreeMap<String, Vec<InstanceState>> = BTreeMap::new();
    for instance in all.into_iter().flat_map(|one| one.instances.unwrap_or_default()) {
        let Some(state) = state(instance) else { continue };
        if let Some(group) = state.tags.get(GROUP).cloned() {
            found.entry(group).or_default().push(state);
        }
    }
    Ok(found)
}

fn state(instance: Instance) -> Option<InstanceState> {
    let disks = instance.block_device_mappings.into_iter().flatten().filter_map(|one| one.ebs);
    let own = disks.filter(|disk| disk.delete_on_termination == Some(true));
    Some(InstanceState {
        id: instance.instance_id?,
        volumes: own.filter_map(|disk| disk.volume_id).collect(),
        tags: tags::from_ec2(instance.tags),
    })
}

/// Makes the tags of an instance and its volumes those of the spec.
pub(crate) async fn set_tags(
    work: &Work<'_>,
    instance: &InstanceState,
    wanted: &Tags,
) -> Result<(), AwsError> {
    for id in std::iter::once(&instance.id).chain(&instance.volumes) {
        tags::set_ec2(work.clients(), id, &instance.tags, wanted).await?;
    }
    Ok(())
}

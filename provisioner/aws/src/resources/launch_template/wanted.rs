//! A launch template that the spec asks for.

use aws_sdk_ec2::types::MarketType;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use provisioner_spec::{NodeGroup, Volume};

use super::state::Content;
use super::texts::{imds_text, volume_text};
use crate::account::Account;
use crate::resources::user_data;
use crate::spec_tags::Tags;

#[derive(Debug)]
pub(crate) struct LaunchTemplate {
    pub(crate) name: String,
    pub(crate) group: NodeGroup,
    /// The name of the security group through which its nodes are reached by SSH.
    pub(crate) ssh_group: String,
    /// Of the template itself.
    pub(crate) tags: Tags,
    /// Of the instances and their volumes.
    pub(crate) instance_tags: Tags,
}

impl LaunchTemplate {
    pub(super) fn wanted(&self, account: &Account) -> Content {
        let group = &self.group;
        let additional = group.additional_volumes.iter();
        let user_data = user_data::wrapped(group);
        Content {
            device: group.ami.device().to_owned(),
            volume: shown(&group.volume),
            additional_volumes: additional.map(|(name, one)| (name.clone(), shown(one))).collect(),
            detailed_monitoring: group.detailed_monitoring,
            placement_group: group.placement_group.clone(),
            capacity_reservation: group.capacity_reservation.as_ref().map(ToString::to_string),
            instance_type: self.instance_type().cloned(),
            market: group.capacity_block.then(|| MarketType::CapacityBlock.as_str().to_owned()),
            cpu_credits: group.cpu_credits.map(|credits| credits.as_str().to_owned()),
            ebs_optimized: group.ebs_optimized,
            enclaves: group.enclaves,
            security_groups: self.security_groups(account),
            ssh_key: group.ssh_key.clone(),
            user_data: user_data.map(|text| BASE64_STANDARD.encode(text)),
            imds: imds_text("required", self.hops()),
        }
    }

    pub(super) fn instance_type(&self) -> Option<&String> {
        self.group.instance_types.first().filter(|_| self.group.capacity_block)
    }

    /// How far answers go: a pod is one hop further away than its node.
    pub(super) fn hops(&self) -> i32 {
        if self.group.pod_imds { 2 } else { 1 }
    }

    /// Whether nodes have others than that of the cluster.
    pub(super) fn has_security_groups(&self) -> bool {
        !self.group.security_groups.is_empty() || self.is_reached_by_ssh()
    }

    pub(super) fn is_reached_by_ssh(&self) -> bool {
        !self.group.ssh_from.is_empty()
    }

    /// With further groups, that of the cluster has to be named as well. One that is yet to be made has its name.
    fn security_groups(&self, account: &Account) -> Vec<String> {
        if !self.has_security_groups() {
            return Vec::new();
        }
        let of_cluster =
            account.cluster.as_ref().and_then(|cluster| cluster.own_security_group.clone());
        let made = account.ssh_groups.get(&self.group.name).map(|group| group.id.clone());
        let ssh = self.is_reached_by_ssh().then(|| made.unwrap_or(self.ssh_group.clone()));
        of_cluster
            .into_iter()
            .chain(self.group.security_groups.iter().cloned())
            .chain(ssh)
            .collect()
    }
}

fn shown(volume: &Volume) -> String {
    let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
    volume_text(
        i32::try_from(volume.size).unwrap_or(i32::MAX),
        volume.kind.as_str(),
        number(volume.iops),
        number(volume.throughput),
        volume.encrypted,
        volume.kms_key.as_deref(),
        volume.snapshot.as_deref(),
    )
}

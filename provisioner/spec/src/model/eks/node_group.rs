use super::{CapacityReservation, NetworkSource, NodeRepair, NodeShare};
use crate::model::Taint;
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::BTreeMap, fmt};

/// Nodes of one kind, which EKS manages. They are started from a launch template of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct NodeGroup {
    /// Its name: letters, digits, `-` and `_`.
    pub name: String,
    /// The instance types, of one architecture; several are for spot instances above all. Default:
    /// `m5.large`.
    #[schemars(with = "Option<Vec<String>>")]
    pub instance_types: Vec<String>,
    /// Whether spot instances are taken.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub spot: bool,
    /// The operating system of the nodes.
    #[schemars(with = "Option<AmiFamily>")]
    pub ami: AmiFamily,
    /// The least number of nodes. Default: `desired`, or 2.
    #[schemars(with = "Option<u32>")]
    pub min: u32,
    /// The greatest number of nodes. Default: `desired`, or `min`, and 1 at least.
    #[schemars(with = "Option<u32>")]
    pub max: u32,
    /// The number of nodes to begin with; later it is left to the autoscaler and `scale`. Default:
    /// `min`.
    #[schemars(with = "Option<u32>")]
    pub desired: u32,
    /// Whether `up` sets the number of nodes back to `desired`.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub hold_desired: bool,
    /// Whether the nodes are in the private subnets.
    #[schemars(with = "Option<bool>", extend("default" = true))]
    pub private: bool,
    /// The zones of its nodes. Default: all of the cluster.
    #[schemars(with = "Option<Vec<String>>")]
    pub zones: Vec<String>,
    /// Subnets of an existing VPC, as `vpc.subnets` names them. Default: all of `vpc.subnets.private`, or of `public`.
    #[schemars(with = "Option<Vec<String>>")]
    pub subnets: Vec<String>,
    /// The disk of a node.
    #[schemars(with = "Option<Volume>")]
    pub volume: Volume,
    /// Further disks, by the names of their devices, such as `/dev/sdf`. They are there, and neither formatted
    /// nor mounted: that is for `userData`.
    #[schemars(with = "Option<BTreeMap<String, Volume>>")]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub additional_volumes: BTreeMap<String, Volume>,
    /// Whether `CloudWatch` has metrics of the instances each minute, which it charges for, instead of every five.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub detailed_monitoring: bool,
    /// The placement group of the instances; it must exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement_group: Option<String>,
    /// Which reserved capacity is taken: `open` (what fits), `none`, `only` (what fits, and no nodes without it),
    /// the id of a reservation, or the ARN of a resource group of them. Default: AWS's own, `open`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity_reservation: Option<CapacityReservation>,
    /// Whether that reservation is a capacity block, which is bought for a time. It is named by its id or its resource
    /// group, and has instances of one type.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub capacity_block: bool,
    /// How far burstable instances (`t3`) go beyond their share. Default: as the instance type has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_credits: Option<CpuCredits>,
    /// Whether there is a network for EBS alone, with instance types that have it only when asked.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub ebs_optimized: bool,
    /// Whether Nitro enclaves can be started on the nodes.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub enclaves: bool,
    /// Labels of the nodes.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub labels: BTreeMap<String, String>,
    /// Taints of the nodes, each `key=value:Effect` or a map.
    #[schemars(with = "Option<Vec<Taint>>")]
    pub taints: Vec<Taint>,
    /// Security groups beside that of the cluster; they must exist.
    #[schemars(with = "Option<Vec<String>>")]
    pub security_groups: Vec<String>,
    /// The name of the EC2 key pair for SSH.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_key: Option<String>,
    /// From where port 22 of the nodes is reached: `vpc`, ranges, and ids of security groups. A security
    /// group is made for it. Default: as the security groups of the nodes have it.
    #[schemars(with = "Option<Vec<NetworkSource>>")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ssh_from: Vec<NetworkSource>,
    /// What `cloud-init` (Bottlerocket: its settings, in TOML) is given besides what EKS gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_data: Option<String>,
    /// Whether pods reach the metadata of their instance, and by it the nodes' role; those on the
    /// network of the node always do.
    #[schemars(with = "Option<bool>", extend("default" = true))]
    pub pod_imds: bool,
    /// The release of the AMI, such as `1.36.4-20260923` (Bottlerocket: `1.49.0-713f44ce`), to which `up` brings the
    /// nodes. Default: the latest when a group is made; then `upgrade` brings newer ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_version: Option<String>,
    /// How many nodes are replaced at once in an update: a number, or a share such as `30%`. Default: 1.
    #[schemars(with = "Option<NodeShare>")]
    pub max_unavailable: NodeShare,
    /// Whether EKS repairs nodes that are ill. Default: it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_repair: Option<NodeRepair>,
    /// Tags of the group and its instances, beside those of the cluster.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub tags: BTreeMap<String, String>,
}

/// The operating system of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub enum AmiFamily {
    AmazonLinux2023,
    Bottlerocket,
}

/// The processors of instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    X86,
    Arm,
}

/// The disk of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Volume {
    /// In GiB.
    #[schemars(with = "Option<u32>", extend("default" = 80))]
    pub size: u32,
    /// The kind of volume.
    #[serde(rename = "type")]
    #[schemars(with = "Option<VolumeType>")]
    pub kind: VolumeType,
    /// Operations a second; gp3 from 3000, and io1 and io2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<u32>,
    /// MiB a second, from 125; gp3 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<u32>,
    /// Whether it is encrypted.
    #[schemars(with = "Option<bool>", extend("default" = true))]
    pub encrypted: bool,
    /// The KMS key that it is encrypted with: its ARN, its id, or its alias. Default: the account's own
    /// for EBS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// The snapshot that it is made from: of any but the disk that Amazon Linux starts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
}

/// The kind of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VolumeType {
    Gp2,
    Gp3,
    Io1,
    Io2,
}

/// How far burstable instances go beyond their share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CpuCredits {
    /// As far as they have saved.
    Standard,
    /// As far as it takes, at a price.
    Unlimited,
}

impl CpuCredits {
    pub const ALL: [Self; 2] = [Self::Standard, Self::Unlimited];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Unlimited => "unlimited",
        }
    }
}

impl Default for Volume {
    fn default() -> Self {
        Self {
            size: 80,
            kind: VolumeType::Gp3,
            iops: None,
            throughput: None,
            encrypted: true,
            kms_key: None,
            snapshot: None,
        }
    }
}

impl VolumeType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gp2 => "gp2",
            Self::Gp3 => "gp3",
            Self::Io1 => "io1",
            Self::Io2 => "io2",
        }
    }
}

impl fmt::Display for AmiFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AmazonLinux2023 => "AmazonLinux2023",
            Self::Bottlerocket => "Bottlerocket",
        })
    }
}

impl AmiFamily {
    /// The device of the disk of a node: Bottlerocket keeps containers on its second one.
    pub fn device(self) -> &'static str {
        match self {
            Self::AmazonLinux2023 => "/dev/xvda",
            Self::Bottlerocket => "/dev/xvdb",
        }
    }
}

impl NodeGroup {
    /// The processors of its instances; a checked group has one kind.
    pub fn architecture(&self) -> Architecture {
        self.instance_types.first().map_or(Architecture::X86, |name| Architecture::of(name))
    }
}

impl Architecture {
    /// The architecture of an instance type: a `g` after the generation stands for Graviton, and the
    /// a1 family is of Arm too ("Amazon EC2 instance type naming conventions").
    pub fn of(instance_type: &str) -> Self {
        let family = instance_type.split('.').next().unwrap_or_default();
        let after_generation = family
            .trim_start_matches(|c: char| !c.is_ascii_digit())
            .trim_start_matches(|c: char| c.is_ascii_digit());
        if family == "a1" || after_generation.starts_with('g') { Self::Arm } else { Self::X86 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graviton_is_known_by_the_letter_behind_the_generation() {
        for name in
            ["m7g.large", "t4g.micro", "c6gn.xlarge", "a1.medium", "im4gn.large", "x2gd.medium"]
        {
            assert_eq!(Architecture::of(name), Architecture::Arm, "{name}");
        }
        for name in
            ["g5.xlarge", "m5.large", "t3.medium", "g4dn.xlarge", "m6i.large", "u-6tb1.metal"]
        {
            assert_eq!(Architecture::of(name), Architecture::X86, "{name}");
        }
    }
}

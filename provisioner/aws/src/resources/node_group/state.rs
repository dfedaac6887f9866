//! A node group as AWS has it.

use aws_sdk_eks::types::NodegroupStatus;
use provisioner_spec::{EksVersion, NodeRepair, NodeShare};

use crate::spec_tags::Tags;

/// Says which group of the spec a group is: one that replaces another has a name of its own.
pub(crate) const GROUP_TAG: &str = "provisioner.dev/node-group";

#[derive(Debug, Clone)]
pub(crate) struct GroupState {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) status: NodegroupStatus,
    pub(crate) version: Option<EksVersion>,
    /// That of its AMI, such as `1.36.4-20260923`.
    pub(crate) release: Option<String>,
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) desired: u32,
    pub(crate) instance_types: Vec<String>,
    /// How its instances are bought, as it is shown.
    pub(crate) capacity: &'static str,
    pub(crate) ami: String,
    pub(crate) subnets: Vec<String>,
    pub(crate) role: String,
    pub(crate) template_id: Option<String>,
    pub(crate) template_version: Option<String>,
    pub(crate) labels: Tags,
    pub(crate) taints: Vec<String>,
    pub(crate) max_unavailable: NodeShare,
    pub(crate) repair: Option<NodeRepair>,
    pub(crate) issues: Vec<String>,
    pub(crate) tags: Tags,
}

//! A launch template as AWS has it.

use std::collections::BTreeMap;

use crate::spec_tags::Tags;

#[derive(Debug, Clone)]
pub(crate) struct TemplateState {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The newest version, and what is in it.
    pub(crate) version: i64,
    pub(crate) content: Content,
    pub(crate) tags: Tags,
}

/// What instances are started with. Their tags are not among it: those are changed on the instances themselves,
/// and no node is replaced for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) device: String,
    pub(crate) volume: String,
    /// By their devices.
    pub(crate) additional_volumes: BTreeMap<String, String>,
    pub(crate) detailed_monitoring: bool,
    pub(crate) placement_group: Option<String>,
    pub(crate) capacity_reservation: Option<String>,
    /// That of a capacity block; EKS knows those of other groups.
    pub(crate) instance_type: Option<String>,
    pub(crate) market: Option<String>,
    pub(crate) cpu_credits: Option<String>,
    pub(crate) ebs_optimized: bool,
    pub(crate) enclaves: bool,
    pub(crate) security_groups: Vec<String>,
    pub(crate) ssh_key: Option<String>,
    /// In Base64, as AWS has it.
    pub(crate) user_data: Option<String>,
    pub(crate) imds: String,
}

//! A cluster as AWS has it.

use std::collections::BTreeSet;

use aws_sdk_eks::types::ClusterStatus;
use provisioner_spec::EksVersion;

use crate::spec_tags::Tags;

#[derive(Debug, Clone)]
pub(crate) struct ClusterState {
    pub(crate) arn: String,
    pub(crate) status: ClusterStatus,
    pub(crate) version: Option<EksVersion>,
    pub(crate) role: String,
    pub(crate) vpc: Option<String>,
    pub(crate) subnets: Vec<String>,
    pub(crate) security_groups: Vec<String>,
    /// The one that EKS has made, which nodes have as well.
    pub(crate) own_security_group: Option<String>,
    pub(crate) public: bool,
    pub(crate) private: bool,
    pub(crate) public_cidrs: Vec<String>,
    pub(crate) logging: BTreeSet<String>,
    pub(crate) secrets_key: Option<String>,
    pub(crate) authentication_mode: Option<String>,
    pub(crate) deletion_protection: bool,
    pub(crate) support: Option<String>,
    pub(crate) zonal_shift: bool,
    pub(crate) tier: String,
    pub(crate) service_cidr: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) certificate_authority: Option<String>,
    pub(crate) issuer: Option<String>,
    /// What AWS says is wrong.
    pub(crate) issues: Vec<String>,
    pub(crate) tags: Tags,
}

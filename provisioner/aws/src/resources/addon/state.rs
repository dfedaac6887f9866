//! An addon as AWS has it.

use aws_sdk_eks::types::AddonStatus;
use serde_json::Value;

use crate::spec_tags::Tags;

#[derive(Debug, Clone)]
pub(crate) struct AddonState {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) status: AddonStatus,
    pub(crate) version: String,
    pub(crate) service_account_role: Option<String>,
    pub(crate) configuration: Value,
    pub(crate) issues: Vec<String>,
    pub(crate) tags: Tags,
}

//! A node group that the spec asks for.

use std::sync::Arc;

use aws_sdk_eks::types::LaunchTemplateSpecification;
use provisioner_spec::{AmiFamily, Architecture, EksVersion, IamRole, NodeGroup as Spec};

use super::taints::{taint, taint_text};
use crate::AwsError;
use crate::account::Account;
use crate::resources::launch_template::LaunchTemplate;
use crate::spec_tags::Tags;

#[derive(Debug)]
pub(crate) struct NodeGroup {
    pub(crate) spec: Spec,
    pub(crate) version: Option<EksVersion>,
    /// Names of the subnets that are made; ids of those that exist, in whatever zones they are.
    pub(crate) all_subnets: Vec<String>,
    pub(crate) role: IamRole,
    pub(crate) role_name: String,
    /// The route tables that lead out of its subnets.
    pub(crate) routes: Vec<String>,
    /// The addons that nodes need to become ready.
    pub(crate) addons: Vec<String>,
    /// What its nodes are started with.
    pub(crate) template: Arc<LaunchTemplate>,
    pub(crate) tags: Tags,
}

impl NodeGroup {
    /// The subnets in its zones: of those that exist already, only the account says where they are.
    pub(crate) fn subnets(&self, account: &Account) -> Vec<String> {
        let zones = &self.spec.zones;
        let zone = |name: &String| account.subnets.get(name).map(|subnet| &subnet.zone);
        let is_in =
            |name: &&String| zones.is_empty() || zone(name).is_none_or(|zone| zones.contains(zone));
        self.all_subnets.iter().filter(is_in).cloned().collect()
    }

    pub(super) fn taints(&self) -> Vec<String> {
        self.spec.taints.iter().filter_map(|one| taint_text(&taint(one))).collect()
    }

    /// The number of nodes is the autoscaler's, within what the spec allows.
    pub(super) fn desired(&self, is: u32) -> u32 {
        if self.spec.hold_desired {
            self.spec.desired
        } else {
            is.clamp(self.spec.min, self.spec.max)
        }
    }

    /// The release that the spec holds it at. One of Amazon Linux is for one version of Kubernetes: an upgrade to
    /// another leaves it behind.
    pub(super) fn release(&self) -> Option<&String> {
        let goes_with = |release: &&String| match (self.spec.ami, self.version) {
            (AmiFamily::AmazonLinux2023, Some(version)) => {
                release.starts_with(&format!("{version}."))
            }
            _ => true,
        };
        self.spec.release_version.as_ref().filter(goes_with)
    }

    /// The version that it is brought to, where it has an older one.
    pub(super) fn newer_version(&self, is: Option<EksVersion>) -> Option<EksVersion> {
        self.version.filter(|version| is < Some(*version))
    }

    pub(super) fn template(
        &self,
        account: &Account,
    ) -> Result<LaunchTemplateSpecification, AwsError> {
        let template = account.templates.get(&self.spec.name);
        let template = template.ok_or_else(|| crate::unknown("launch template"))?;
        Ok(LaunchTemplateSpecification::builder()
            .id(&template.id)
            .version(template.version.to_string())
            .build())
    }
}

/// AWS's word for operating system and processors.
pub(super) fn ami_type(spec: &Spec) -> &'static str {
    match (spec.ami, spec.architecture()) {
        (AmiFamily::AmazonLinux2023, Architecture::X86) => "AL2023_x86_64_STANDARD",
        (AmiFamily::AmazonLinux2023, Architecture::Arm) => "AL2023_ARM_64_STANDARD",
        (AmiFamily::Bottlerocket, Architecture::X86) => "BOTTLEROCKET_x86_64",
        (AmiFamily::Bottlerocket, Architecture::Arm) => "BOTTLEROCKET_ARM_64",
    }
}

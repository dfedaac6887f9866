//! What AWS is asked for, in its own types.

use std::collections::BTreeSet;

use aws_sdk_eks::types::{
    ControlPlaneScalingConfig, EncryptionConfig, LogSetup, LogType, Logging, Provider,
    ProvisionedControlPlaneTier, SupportType, UpgradePolicyRequest, VpcConfigRequest,
    ZonalShiftConfigRequest,
};

use super::wanted::Cluster;
use crate::AwsError;
use crate::account::Account;

impl Cluster {
    pub(super) fn vpc_config(&self, account: &Account) -> Result<VpcConfigRequest, AwsError> {
        let wanted = self.subnets(account);
        let subnets = wanted.iter().map(|name| account.subnet_id(name));
        let endpoint = &self.eks.endpoint;
        Ok(VpcConfigRequest::builder()
            .set_subnet_ids(Some(subnets.collect::<Result<_, _>>()?))
            .set_security_group_ids(Some(self.security_groups(account)))
            .endpoint_public_access(endpoint.public)
            .endpoint_private_access(endpoint.private)
            .set_public_access_cidrs(endpoint.public.then(|| self.cidrs()))
            .build())
    }

    pub(super) fn endpoint_request(&self) -> VpcConfigRequest {
        let endpoint = &self.eks.endpoint;
        VpcConfigRequest::builder()
            .endpoint_public_access(endpoint.public)
            .endpoint_private_access(endpoint.private)
            .set_public_access_cidrs(endpoint.public.then(|| self.cidrs()))
            .build()
    }

    pub(super) fn upgrade_policy(&self) -> Option<UpgradePolicyRequest> {
        let support = SupportType::from(self.eks.support?.as_str());
        Some(UpgradePolicyRequest::builder().support_type(support).build())
    }

    pub(super) fn zonal_shift(&self) -> ZonalShiftConfigRequest {
        ZonalShiftConfigRequest::builder().enabled(self.eks.zonal_shift).build()
    }

    pub(super) fn scaling(&self) -> ControlPlaneScalingConfig {
        let tier = ProvisionedControlPlaneTier::from(self.eks.control_plane_tier.as_str());
        ControlPlaneScalingConfig::builder().tier(tier).build()
    }

    pub(super) fn placement_request(
        &self,
        account: &Account,
    ) -> Result<VpcConfigRequest, AwsError> {
        let placement = self.vpc_config(account)?;
        Ok(VpcConfigRequest::builder()
            .set_subnet_ids(placement.subnet_ids)
            .set_security_group_ids(placement.security_group_ids)
            .build())
    }
}

pub(super) fn encryption(key: &str) -> EncryptionConfig {
    let provider = Provider::builder().key_arn(key).build();
    // The API still wants it, though everything is encrypted since 1.28.
    #[allow(deprecated)]
    EncryptionConfig::builder().resources("secrets").provider(provider).build()
}

/// Which logs are switched on, and which of those that are on are switched off.
pub(super) fn logging(wanted: &[String], is: &BTreeSet<String>) -> Logging {
    let types = |names: Vec<&String>| -> Vec<LogType> {
        names.into_iter().map(|name| LogType::from(name.as_str())).collect()
    };
    let on = types(wanted.iter().collect());
    let off = types(is.iter().filter(|name| !wanted.contains(name)).collect());
    let setup = |types: Vec<LogType>, enabled| {
        LogSetup::builder().set_types(Some(types)).enabled(enabled).build()
    };
    let setups = [(on, true), (off, false)].into_iter().filter(|(types, _)| !types.is_empty());
    let setups = setups.map(|(types, enabled)| setup(types, enabled)).collect();
    Logging::builder().set_cluster_logging(Some(setups)).build()
}

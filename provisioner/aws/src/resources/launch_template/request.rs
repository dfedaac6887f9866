//! What AWS is asked for, in its own types.

use aws_sdk_ec2::types::{
    LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest,
    LaunchTemplateHttpTokensState, LaunchTemplateInstanceMetadataOptionsRequest,
    LaunchTemplateTagSpecificationRequest, RequestLaunchTemplateData, ResourceType, VolumeType,
};

use super::wanted::LaunchTemplate;
use crate::account::Account;
use crate::tags;

impl LaunchTemplate {
    pub(super) fn request(&self, account: &Account) -> RequestLaunchTemplateData {
        let wanted = self.wanted(account);
        let volume = &self.group.volume;
        let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
        let ebs = LaunchTemplateEbsBlockDeviceRequest::builder()
            .volume_size(i32::try_from(volume.size).unwrap_or(i32::MAX))
            .volume_type(VolumeType::from(volume.kind.as_str()))
            .set_iops(number(volume.iops))
            .set_throughput(number(volume.throughput))
            .encrypted(volume.encrypted)
            .set_kms_key_id(volume.kms_key.clone())
            .delete_on_termination(true)
            .build();
        let disk = LaunchTemplateBlockDeviceMappingRequest::builder()
            .device_name(&wanted.device)
            .ebs(ebs)
            .build();
        let imds = LaunchTemplateInstanceMetadataOptionsRequest::builder()
            .http_tokens(LaunchTemplateHttpTokensState::Required)
            .http_put_response_hop_limit(self.hops())
            .build();
        let tagged = |kind| {
            let tags = tags::specification(ResourceType::Instance, &self.instance_tags).tags;
            LaunchTemplateTagSpecificationRequest::builder()
                .resource_type(kind)
                .set_tags(tags)
                .build()
        };
        let groups = (!wanted.security_groups.is_empty()).then_some(wanted.security_groups);
        RequestLaunchTemplateData::builder()
            .block_device_mappings(disk)
            .metadata_options(imds)
            .set_security_group_ids(groups)
            .set_key_name(wanted.ssh_key)
            .set_user_data(wanted.user_data)
            .tag_specifications(tagged(ResourceType::Instance))
            .tag_specifications(tagged(ResourceType::Volume))
            .build()
    }
}

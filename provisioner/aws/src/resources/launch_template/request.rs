//! What AWS is asked for, in its own types.

use aws_sdk_ec2::types::{
    CapacityReservationPreference, CapacityReservationTarget, CreditSpecificationRequest,
    InstanceType, LaunchTemplateBlockDeviceMappingRequest,
    LaunchTemplateCapacityReservationSpecificationRequest, LaunchTemplateEbsBlockDeviceRequest,
    LaunchTemplateEnclaveOptionsRequest, LaunchTemplateHttpTokensState,
    LaunchTemplateInstanceMarketOptionsRequest, LaunchTemplateInstanceMetadataOptionsRequest,
    LaunchTemplatePlacementRequest, LaunchTemplateTagSpecificationRequest,
    LaunchTemplatesMonitoringRequest, MarketType, RequestLaunchTemplateData, ResourceType,
    VolumeType,
};
use provisioner_spec::{CapacityReservation, Volume};

use super::wanted::LaunchTemplate;
use crate::account::Account;
use crate::tags;

impl LaunchTemplate {
    pub(super) fn request(&self, account: &Account) -> RequestLaunchTemplateData {
        let wanted = self.wanted(account);
        let group = &self.group;
        let additional = group.additional_volumes.iter();
        let mut disks = vec![disk(&wanted.device, &group.volume)];
        disks.extend(additional.map(|(device, volume)| disk(device, volume)));
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
            .set_block_device_mappings(Some(disks))
            .metadata_options(imds)
            .set_security_group_ids(groups)
            .set_key_name(wanted.ssh_key)
            .set_user_data(wanted.user_data)
            .tag_specifications(tagged(ResourceType::Instance))
            .tag_specifications(tagged(ResourceType::Volume))
            .set_monitoring(
                group
                    .detailed_monitoring
                    .then(|| LaunchTemplatesMonitoringRequest::builder().enabled(true).build()),
            )
            .set_placement(
                group
                    .placement_group
                    .as_ref()
                    .map(|name| LaunchTemplatePlacementRequest::builder().group_name(name).build()),
            )
            .set_capacity_reservation_specification(
                group.capacity_reservation.as_ref().map(reservation),
            )
            .set_instance_type(self.instance_type().map(|name| InstanceType::from(name.as_str())))
            .set_instance_market_options(group.capacity_block.then(capacity_block))
            .set_credit_specification(group.cpu_credits.map(|credits| {
                CreditSpecificationRequest::builder().cpu_credits(credits.as_str()).build()
            }))
            .set_ebs_optimized(group.ebs_optimized.then_some(true))
            .set_enclave_options(
                group
                    .enclaves
                    .then(|| LaunchTemplateEnclaveOptionsRequest::builder().enabled(true).build()),
            )
            .build()
    }
}

fn capacity_block() -> LaunchTemplateInstanceMarketOptionsRequest {
    let options = LaunchTemplateInstanceMarketOptionsRequest::builder();
    options.market_type(MarketType::CapacityBlock).build()
}

fn disk(device: &str, volume: &Volume) -> LaunchTemplateBlockDeviceMappingRequest {
    let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
    // One that is made from a snapshot is encrypted as that is, unless this is asked for.
    let encrypted = volume.encrypted || volume.snapshot.is_none();
    let ebs = LaunchTemplateEbsBlockDeviceRequest::builder()
        .volume_size(i32::try_from(volume.size).unwrap_or(i32::MAX))
        .volume_type(VolumeType::from(volume.kind.as_str()))
        .set_iops(number(volume.iops))
        .set_throughput(number(volume.throughput))
        .set_encrypted(encrypted.then_some(volume.encrypted))
        .set_kms_key_id(volume.kms_key.clone())
        .set_snapshot_id(volume.snapshot.clone())
        .delete_on_termination(true)
        .build();
    LaunchTemplateBlockDeviceMappingRequest::builder().device_name(device).ebs(ebs).build()
}

fn reservation(
    wanted: &CapacityReservation,
) -> LaunchTemplateCapacityReservationSpecificationRequest {
    let target = CapacityReservationTarget::builder();
    let (preference, target) = match wanted {
        CapacityReservation::Open => (Some(CapacityReservationPreference::Open), None),
        CapacityReservation::None => (Some(CapacityReservationPreference::None), None),
        CapacityReservation::Only => {
            (Some(CapacityReservationPreference::CapacityReservationsOnly), None)
        }
        CapacityReservation::Id(id) => (None, Some(target.capacity_reservation_id(id).build())),
        CapacityReservation::Group(arn) => {
            (None, Some(target.capacity_reservation_resource_group_arn(arn).build()))
        }
    };
    LaunchTemplateCapacityReservationSpecificationRequest::builder()
        .set_capacity_reservation_preference(preference)
        .set_capacity_reservation_target(target)
        .build()
}

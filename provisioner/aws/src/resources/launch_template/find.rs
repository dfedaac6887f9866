//! What launch templates are found by.

use std::collections::BTreeMap;

use aws_sdk_ec2::operation::describe_launch_templates::builders::DescribeLaunchTemplatesFluentBuilder;
use aws_sdk_ec2::types::{
    CapacityReservationPreference, LaunchTemplateCapacityReservationSpecificationResponse,
    LaunchTemplateEbsBlockDevice, ResponseLaunchTemplateData, VolumeType,
};

use super::state::{Content, TemplateState};
use super::texts::{imds_text, volume_text};
use crate::error::{Asked as _, IfFound as _};
use crate::names::{CLUSTER_TAG, RESOURCE_TAG};
use crate::work::Context;
use crate::{AwsError, tags};

/// The templates that are marked as this cluster's, by the names of their groups.
pub(crate) async fn find(context: &Context) -> Result<BTreeMap<String, TemplateState>, AwsError> {
    let filter = tags::filter(&format!("tag:{CLUSTER_TAG}"), context.names.cluster());
    let call = context.clients.ec2.describe_launch_templates().filters(filter);
    let pages = call.into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked("look for launch templates")?;
    let states = futures::future::try_join_all(all.into_iter().map(|one| describe(context, one)));
    let name = |state: &TemplateState| {
        let tag = state.tags.get(RESOURCE_TAG).and_then(|tag| tag.strip_prefix("template-"));
        tag.unwrap_or(&state.name).to_owned()
    };
    Ok(states.await?.into_iter().map(|state| (name(&state), state)).collect())
}

/// The template of that id, whoever has made it.
pub(crate) async fn by_id(context: &Context, id: &str) -> Result<Option<TemplateState>, AwsError> {
    let call = context.clients.ec2.describe_launch_templates().launch_template_ids(id);
    first(context, call).await
}

/// The template of that name, whoever has made it.
pub(super) async fn find_by_name(
    context: &Context,
    name: &str,
) -> Result<Option<TemplateState>, AwsError> {
    let call = context.clients.ec2.describe_launch_templates().launch_template_names(name);
    first(context, call).await
}

async fn first(
    context: &Context,
    call: DescribeLaunchTemplatesFluentBuilder,
) -> Result<Option<TemplateState>, AwsError> {
    let answer = call.send().await.asked("look for the launch template").if_found()?;
    let found = answer.and_then(|answer| answer.launch_templates?.into_iter().next());
    match found {
        Some(template) => describe(context, template).await.map(Some),
        None => Ok(None),
    }
}

async fn describe(
    context: &Context,
    template: aws_sdk_ec2::types::LaunchTemplate,
) -> Result<TemplateState, AwsError> {
    let id = template.launch_template_id.unwrap_or_default();
    let call = context.clients.ec2.describe_launch_template_versions().launch_template_id(&id);
    let answer = call.versions("$Latest").send().await;
    let answer = answer.asked(format!("look at the launch template {id}"))?;
    let version = answer.launch_template_versions.into_iter().flatten().next();
    let number = version.as_ref().and_then(|version| version.version_number);
    let data = version.and_then(|version| version.launch_template_data);
    Ok(TemplateState {
        name: template.launch_template_name.unwrap_or_default(),
        version: number.or(template.latest_version_number).unwrap_or_default(),
        content: data.map(content).unwrap_or_default(),
        tags: tags::from_ec2(template.tags),
        id,
    })
}

fn content(data: ResponseLaunchTemplateData) -> Content {
    let mut disks = data.block_device_mappings.into_iter().flatten().map(|mapping| {
        let volume = mapping.ebs.map(|ebs| shown(&ebs)).unwrap_or_default();
        (mapping.device_name.unwrap_or_default(), volume)
    });
    // The node's own comes first.
    let (device, volume) = disks.next().unwrap_or_default();
    let on = |on: Option<bool>| on == Some(true);
    let credits = data.credit_specification.and_then(|credits| credits.cpu_credits);
    let imds = data.metadata_options.map(|options| {
        let tokens = options.http_tokens.map_or("optional".to_owned(), |it| it.as_str().to_owned());
        imds_text(&tokens, options.http_put_response_hop_limit.unwrap_or(1))
    });
    Content {
        device,
        volume,
        additional_volumes: disks.collect(),
        detailed_monitoring: on(data.monitoring.and_then(|monitoring| monitoring.enabled)),
        placement_group: data.placement.and_then(|placement| placement.group_name),
        capacity_reservation: data.capacity_reservation_specification.and_then(reservation),
        instance_type: data.instance_type.map(|kind| kind.as_str().to_owned()),
        market: data
            .instance_market_options
            .and_then(|options| options.market_type)
            .map(|market| market.as_str().to_owned()),
        cpu_credits: credits,
        ebs_optimized: on(data.ebs_optimized),
        enclaves: on(data.enclave_options.and_then(|enclaves| enclaves.enabled)),
        security_groups: data.security_group_ids.unwrap_or_default(),
        ssh_key: data.key_name,
        user_data: data.user_data,
        imds: imds.unwrap_or_default(),
    }
}

fn shown(ebs: &LaunchTemplateEbsBlockDevice) -> String {
    volume_text(
        ebs.volume_size.unwrap_or_default(),
        ebs.volume_type.as_ref().map_or("gp2", VolumeType::as_str),
        ebs.iops,
        ebs.throughput,
        ebs.encrypted == Some(true),
        ebs.kms_key_id.as_deref(),
        ebs.snapshot_id.as_deref(),
    )
}

/// As a spec has it.
fn reservation(is: LaunchTemplateCapacityReservationSpecificationResponse) -> Option<String> {
    let target = is.capacity_reservation_target.and_then(|target| {
        target.capacity_reservation_id.or(target.capacity_reservation_resource_group_arn)
    });
    let preference = is.capacity_reservation_preference.map(|preference| match preference {
        CapacityReservationPreference::CapacityReservationsOnly => "only".to_owned(),
        other => other.as_str().to_owned(),
    });
    target.or(preference)
}

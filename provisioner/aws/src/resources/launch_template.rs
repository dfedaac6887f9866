//! Launch templates: what instances of a node group are started with.

use aws_sdk_ec2::types::{
    LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest,
    LaunchTemplateHttpTokensState, LaunchTemplateInstanceMetadataOptionsRequest,
    LaunchTemplateTagSpecificationRequest, RequestLaunchTemplateData, ResourceType,
    ResponseLaunchTemplateData, VolumeType,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use provisioner_spec::{AmiFamily, NodeGroup};

use crate::AwsError;
use crate::account::Account;
use crate::difference::{Difference, Tags};
use crate::error::{Asked as _, IfFound as _};
use crate::names::{CLUSTER_TAG, RESOURCE_TAG};
use crate::resource::{Removal, Resource};
use crate::resources::user_data;
use crate::work::{Context, Work};
use crate::{tags, targets};

/// `IMDSv2` alone; a pod is one hop further away than its node.
const HOPS: i32 = 2;

#[derive(Debug, Clone)]
pub(crate) struct TemplateState {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The newest version, and what is in it.
    pub(crate) version: i64,
    pub(crate) content: Content,
    pub(crate) tags: Tags,
}

/// What instances are started with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) device: String,
    pub(crate) volume: String,
    pub(crate) security_groups: Vec<String>,
    pub(crate) ssh_key: Option<String>,
    /// In Base64, as AWS has it.
    pub(crate) user_data: Option<String>,
    pub(crate) imds: String,
    pub(crate) instance_tags: Tags,
}

#[derive(Debug)]
pub(crate) struct LaunchTemplate {
    pub(crate) name: String,
    pub(crate) group: NodeGroup,
    /// Of the template itself.
    pub(crate) tags: Tags,
    /// Of the instances and their volumes.
    pub(crate) instance_tags: Tags,
}

/// The templates that are marked as this cluster's, by the names of their groups.
pub(crate) async fn find(
    context: &Context,
) -> Result<std::collections::BTreeMap<String, TemplateState>, AwsError> {
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

/// The template of that name, whoever has made it.
async fn find_by_name(context: &Context, name: &str) -> Result<Option<TemplateState>, AwsError> {
    let call = context.clients.ec2.describe_launch_templates().launch_template_names(name);
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
    let mapping = data.block_device_mappings.into_iter().flatten().next();
    let device = mapping.as_ref().and_then(|mapping| mapping.device_name.clone());
    let volume = mapping.and_then(|mapping| mapping.ebs).map(|ebs| {
        volume_text(
            ebs.volume_size.unwrap_or_default(),
            ebs.volume_type.as_ref().map_or("gp2", VolumeType::as_str),
            ebs.iops,
            ebs.throughput,
            ebs.encrypted == Some(true),
            ebs.kms_key_id.as_deref(),
        )
    });
    let imds = data.metadata_options.map(|options| {
        let tokens = options.http_tokens.map_or("optional".to_owned(), |it| it.as_str().to_owned());
        imds_text(&tokens, options.http_put_response_hop_limit.unwrap_or(1))
    });
    let mut specifications = data.tag_specifications.into_iter().flatten();
    let of_instances = specifications.find(|one| one.resource_type == Some(ResourceType::Instance));
    Content {
        device: device.unwrap_or_default(),
        volume: volume.unwrap_or_default(),
        security_groups: data.security_group_ids.unwrap_or_default(),
        ssh_key: data.key_name,
        user_data: data.user_data,
        imds: imds.unwrap_or_default(),
        instance_tags: tags::from_ec2(of_instances.and_then(|one| one.tags)),
    }
}

fn volume_text(
    size: i32,
    kind: &str,
    iops: Option<i32>,
    throughput: Option<i32>,
    encrypted: bool,
    key: Option<&str>,
) -> String {
    let mut words = vec![format!("{size} GiB"), kind.to_owned()];
    words.extend(iops.map(|iops| format!("{iops} IOPS")));
    words.extend(throughput.map(|throughput| format!("{throughput} MiB/s")));
    words.push(if encrypted { "encrypted" } else { "not encrypted" }.to_owned());
    words.extend(key.map(str::to_owned));
    words.join(", ")
}

fn imds_text(tokens: &str, hops: i32) -> String {
    format!("tokens {tokens}, {hops} hops")
}

impl LaunchTemplate {
    /// Bottlerocket keeps containers on its second disk.
    fn device(&self) -> &'static str {
        match self.group.ami {
            AmiFamily::AmazonLinux2023 => "/dev/xvda",
            AmiFamily::Bottlerocket => "/dev/xvdb",
        }
    }

    /// With groups of one's own, that of the cluster has to be named as well.
    fn security_groups(&self, account: &Account) -> Vec<String> {
        let own = &self.group.security_groups;
        if own.is_empty() {
            return Vec::new();
        }
        let of_cluster =
            account.cluster.as_ref().and_then(|cluster| cluster.own_security_group.clone());
        of_cluster.into_iter().chain(own.iter().cloned()).collect()
    }

    fn wanted(&self, account: &Account) -> Content {
        let volume = &self.group.volume;
        let number = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
        let user_data = user_data::wrapped(&self.group);
        Content {
            device: self.device().to_owned(),
            volume: volume_text(
                i32::try_from(volume.size).unwrap_or(i32::MAX),
                volume.kind.as_str(),
                number(volume.iops),
                number(volume.throughput),
                volume.encrypted,
                volume.kms_key.as_deref(),
            ),
            security_groups: self.security_groups(account),
            ssh_key: self.group.ssh_key.clone(),
            user_data: user_data.map(|text| BASE64_STANDARD.encode(text)),
            imds: imds_text("required", HOPS),
            instance_tags: self.instance_tags.clone(),
        }
    }

    fn request(&self, account: &Account) -> RequestLaunchTemplateData {
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
            .http_put_response_hop_limit(HOPS)
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

#[async_trait::async_trait]
impl Resource for LaunchTemplate {
    fn target(&self) -> String {
        targets::launch_template(&self.group.name)
    }

    fn after(&self, _: &Account) -> Vec<String> {
        if self.group.security_groups.is_empty() {
            return Vec::new();
        }
        vec![targets::CLUSTER.to_owned()]
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let wanted = self.wanted(account);
        let Some(template) = account.templates.get(&self.group.name) else {
            return Ok(Difference::create()
                .with("name", &self.name)
                .with("device", wanted.device)
                .with("volume", wanted.volume)
                .with("securityGroups", &wanted.security_groups)
                .with("sshKey", wanted.ssh_key)
                .with("userData", wanted.user_data.as_deref().map(readable))
                .with("imds", wanted.imds)
                .tags(&Tags::new(), &self.tags));
        };
        let is = &template.content;
        let text = |data: &Option<String>| data.as_deref().map(readable);
        Ok(Difference::of_existing()
            .field("device", &is.device, wanted.device)
            .field("volume", &is.volume, wanted.volume)
            .field("securityGroups", &is.security_groups, &wanted.security_groups)
            .field("sshKey", is.ssh_key.as_ref(), wanted.ssh_key)
            .field("userData", text(&is.user_data), text(&wanted.user_data))
            .field("imds", &is.imds, wanted.imds)
            .map("instanceTags", &is.instance_tags, &wanted.instance_tags)
            .tags(&template.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().templates.get(&self.group.name).cloned();
        let mut template = match existing {
            Some(template) => {
                if difference.touches("tags") {
                    tags::set_ec2(work.clients(), &template.id, &self.tags).await?;
                }
                template
            }
            None => self.create(work).await?,
        };
        let wanted = self.wanted(&work.context.account());
        if template.content != wanted {
            let data = self.request(&work.context.account());
            let call = work.clients().ec2.create_launch_template_version();
            let call = call.launch_template_id(&template.id).launch_template_data(data);
            let answer = call.send().await.asked(format!("make a version of {}", self.name))?;
            let version = answer.launch_template_version.and_then(|version| version.version_number);
            template.version = version.ok_or_else(|| crate::silent("a launch template version"))?;
            template.content = wanted;
        }
        template.tags.extend(self.tags.clone());
        let name = self.group.name.clone();
        work.context.update(|account| drop(account.templates.insert(name, template)));
        Ok(())
    }
}

impl LaunchTemplate {
    async fn create(&self, work: &Work<'_>) -> Result<TemplateState, AwsError> {
        let data = self.request(&work.context.account());
        let call = work.clients().ec2.create_launch_template().launch_template_name(&self.name);
        let call = call.launch_template_data(data);
        let call =
            call.tag_specifications(tags::specification(ResourceType::LaunchTemplate, &self.tags));
        let made = call.send().await.asked(format!("create the launch template {}", self.name));
        match made {
            Ok(answer) => {
                let template = answer.launch_template.ok_or_else(|| crate::silent("a template"))?;
                Ok(TemplateState {
                    id: template.launch_template_id.unwrap_or_default(),
                    name: self.name.clone(),
                    version: template.latest_version_number.unwrap_or(1),
                    content: self.wanted(&work.context.account()),
                    tags: self.tags.clone(),
                })
            }
            Err(error) if error.code().contains("AlreadyExists") => {
                let template = find_by_name(work.context, &self.name).await?.ok_or(error)?;
                if template.tags.get(CLUSTER_TAG) == self.tags.get(CLUSTER_TAG) {
                    return Ok(template);
                }
                Err(AwsError::NotOurs {
                    what: format!("the launch template {}", self.name),
                    why: format!("it has no tag {CLUSTER_TAG} of this cluster"),
                })
            }
            Err(error) => Err(error),
        }
    }
}

/// User data as its author knows it.
fn readable(base64: &str) -> String {
    let bytes = BASE64_STANDARD.decode(base64).unwrap_or_default();
    String::from_utf8_lossy(&bytes).escape_debug().to_string()
}

#[derive(Debug)]
pub(crate) struct LaunchTemplateRemoval {
    pub(crate) group: String,
    pub(crate) id: String,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for LaunchTemplateRemoval {
    fn target(&self) -> String {
        targets::launch_template(&self.group)
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.id.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let call = work.clients().ec2.delete_launch_template().launch_template_id(&self.id);
        call.send()
            .await
            .asked(format!("delete the launch template {}", self.id))
            .if_found()
            .map(drop)
    }
}

//! The VPC: made out of the spec's range with DNS switched on, as EKS wants it.

use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, VpcAttributeName};

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::resource::{Removal, Resource};
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

#[derive(Debug, Clone)]
pub(crate) struct VpcState {
    pub(crate) id: String,
    pub(crate) cidr: String,
    pub(crate) dns_support: bool,
    pub(crate) dns_hostnames: bool,
    pub(crate) tags: Tags,
}

/// The VPC that is wanted.
#[derive(Debug)]
pub(crate) struct Vpc {
    pub(crate) cidr: String,
    pub(crate) tags: Tags,
}

/// A VPC with its attributes.
pub(crate) async fn describe(
    context: &Context,
    vpc: aws_sdk_ec2::types::Vpc,
) -> Result<VpcState, AwsError> {
    let id = vpc.vpc_id.unwrap_or_default();
    let attribute = async |name: VpcAttributeName| {
        let call = context.clients.ec2.describe_vpc_attribute().vpc_id(&id).attribute(name);
        call.send().await.asked("look at the attributes of the VPC")
    };
    let (support, hostnames) = futures::try_join!(
        attribute(VpcAttributeName::EnableDnsSupport),
        attribute(VpcAttributeName::EnableDnsHostnames),
    )?;
    let is_on =
        |value: Option<AttributeBooleanValue>| value.and_then(|value| value.value) == Some(true);
    Ok(VpcState {
        dns_support: is_on(support.enable_dns_support),
        dns_hostnames: is_on(hostnames.enable_dns_hostnames),
        cidr: vpc.cidr_block.unwrap_or_default(),
        tags: tags::from_ec2(vpc.tags),
        id,
    })
}

/// The VPCs that are marked as this cluster's.
pub(crate) async fn find(context: &Context) -> Result<Vec<aws_sdk_ec2::types::Vpc>, AwsError> {
    let filter =
        tags::filter(&format!("tag:{}", crate::names::CLUSTER_TAG), context.names.cluster());
    let pages = context.clients.ec2.describe_vpcs().filters(filter).into_paginator().items();
    pages.send().collect::<Result<Vec<_>, _>>().await.asked("look for the VPC")
}

#[async_trait::async_trait]
impl Resource for Vpc {
    fn target(&self) -> String {
        targets::VPC.to_owned()
    }

    fn after(&self, _: &Account) -> Vec<String> {
        Vec::new()
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let Some(vpc) = &account.vpc else {
            return Ok(Difference::create()
                .with("cidr", &self.cidr)
                .with("dnsSupport", true)
                .with("dnsHostnames", true)
                .tags(&Tags::new(), &self.tags));
        };
        if vpc.cidr != self.cidr {
            return Err(AwsError::NotPossible {
                what: format!("change the range of the VPC {} to {}", vpc.id, self.cidr),
                why: format!("it is {}, and a VPC keeps its range", vpc.cidr),
                hint: "write that range into the spec, or make another cluster".to_owned(),
            });
        }
        Ok(Difference::of_existing()
            .field("dnsSupport", vpc.dns_support, true)
            .field("dnsHostnames", vpc.dns_hostnames, true)
            .tags(&vpc.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().vpc.clone();
        let mut vpc = match existing {
            Some(vpc) => vpc,
            None => self.create(work).await?,
        };
        if difference.touches("tags") {
            tags::set_ec2(work.clients(), &vpc.id, &vpc.tags, &self.tags).await?;
            vpc.tags.extend(self.tags.clone());
        }
        self.switch_on_dns(work, &mut vpc).await?;
        work.context.update(|account| account.vpc = Some(vpc));
        Ok(())
    }
}

impl Vpc {
    /// Nothing tells AWS that the same one is asked for again, so an answer that got lost is looked
    /// for before another one is made.
    async fn create(&self, work: &Work<'_>) -> Result<VpcState, AwsError> {
        let specification = tags::specification(ResourceType::Vpc, &self.tags);
        let answer = crate::once::create(
            work,
            async || {
                let call = work.clients().ec2_once.create_vpc();
                let call = call.cidr_block(&self.cidr).tag_specifications(specification.clone());
                Ok(call.send().await.asked("create the VPC")?.vpc)
            },
            async || Ok(find(work.context).await?.into_iter().next()),
        )
        .await?;
        Ok(VpcState {
            id: answer.vpc_id.unwrap_or_default(),
            cidr: self.cidr.clone(),
            dns_support: true,
            dns_hostnames: false,
            tags: self.tags.clone(),
        })
    }

    /// One attribute a call: AWS takes no two.
    async fn switch_on_dns(&self, work: &Work<'_>, vpc: &mut VpcState) -> Result<(), AwsError> {
        let on = || AttributeBooleanValue::builder().value(true).build();
        let modify = || work.clients().ec2.modify_vpc_attribute().vpc_id(&vpc.id);
        let what = "switch on DNS in the VPC";
        if !vpc.dns_support {
            work.once_visible(async || modify().enable_dns_support(on()).send().await.asked(what))
                .await?;
        }
        if !vpc.dns_hostnames {
            work.once_visible(async || {
                modify().enable_dns_hostnames(on()).send().await.asked(what)
            })
            .await?;
        }
        (vpc.dns_support, vpc.dns_hostnames) = (true, true);
        Ok(())
    }
}

/// The VPC goes when everything in it has gone.
#[derive(Debug)]
pub(crate) struct VpcRemoval {
    pub(crate) id: String,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for VpcRemoval {
    fn target(&self) -> String {
        targets::VPC.to_owned()
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.id.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        work.once_free(async || {
            let call = work.clients().ec2.delete_vpc().vpc_id(&self.id);
            call.send().await.asked(format!("delete the VPC {}", self.id)).if_found()
        })
        .await
        .map(drop)
    }
}

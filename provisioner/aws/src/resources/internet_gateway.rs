//! The internet gateway of the VPC.

use aws_sdk_ec2::types::ResourceType;

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::names::CLUSTER_TAG;
use crate::resource::{Removal, Resource};
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

#[derive(Debug, Clone)]
pub(crate) struct GatewayState {
    pub(crate) id: String,
    /// The VPC that it is attached to.
    pub(crate) vpc: Option<String>,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct InternetGateway {
    pub(crate) tags: Tags,
}

/// The gateways that are marked as this cluster's, and that of its VPC.
pub(crate) async fn find(
    context: &Context,
    vpc: Option<&str>,
) -> Result<Vec<GatewayState>, AwsError> {
    let by_tag = tags::filter(&format!("tag:{CLUSTER_TAG}"), context.names.cluster());
    let by_vpc = vpc.map(|vpc| tags::filter("attachment.vpc-id", vpc));
    let look = async |filter| {
        let call = context.clients.ec2.describe_internet_gateways().filters(filter);
        let pages = call.into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.asked("look for the internet gateway")
    };
    let mut found = look(by_tag).await?;
    if let Some(filter) = by_vpc.filter(|_| found.is_empty()) {
        found = look(filter).await?;
    }
    let state = |gateway: aws_sdk_ec2::types::InternetGateway| {
        let attachment = gateway.attachments.into_iter().flatten().next();
        Some(GatewayState {
            id: gateway.internet_gateway_id?,
            vpc: attachment.and_then(|attachment| attachment.vpc_id),
            tags: tags::from_ec2(gateway.tags),
        })
    };
    Ok(found.into_iter().filter_map(state).collect())
}

#[async_trait::async_trait]
impl Resource for InternetGateway {
    fn target(&self) -> String {
        targets::INTERNET_GATEWAY.to_owned()
    }

    fn after(&self, _: &Account) -> Vec<String> {
        vec![targets::VPC.to_owned()]
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let Some(gateway) = &account.gateway else {
            return Ok(Difference::create().tags(&Tags::new(), &self.tags));
        };
        let vpc = account.vpc.as_ref().map(|vpc| &vpc.id);
        Ok(Difference::of_existing()
            .field("attached", gateway.vpc.as_ref(), vpc)
            .tags(&gateway.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let vpc = work.context.account().vpc_id()?;
        let existing = work.context.account().gateway.clone();
        let gateway = match existing {
            Some(gateway) => {
                if difference.touches("tags") {
                    tags::set_ec2(work.clients(), &gateway.id, &gateway.tags, &self.tags).await?;
                }
                gateway
            }
            None => self.create(work).await?,
        };
        if gateway.vpc.as_deref() != Some(&vpc) {
            attach(work, &gateway.id, &vpc).await?;
        }
        let attached = GatewayState { vpc: Some(vpc), tags: self.tags.clone(), ..gateway };
        work.context.update(|account| account.gateway = Some(attached));
        Ok(())
    }
}

impl InternetGateway {
    async fn create(&self, work: &Work<'_>) -> Result<GatewayState, AwsError> {
        let specification = tags::specification(ResourceType::InternetGateway, &self.tags);
        crate::once::create(
            work,
            async || {
                let call = work.clients().ec2_once.create_internet_gateway();
                let call = call.tag_specifications(specification.clone());
                let answer = call.send().await.asked("create the internet gateway")?;
                let id = answer.internet_gateway.and_then(|gateway| gateway.internet_gateway_id);
                Ok(id.map(|id| GatewayState { id, vpc: None, tags: self.tags.clone() }))
            },
            async || Ok(find(work.context, None).await?.into_iter().next()),
        )
        .await
    }
}

async fn attach(work: &Work<'_>, id: &str, vpc: &str) -> Result<(), AwsError> {
    let attached = work
        .once_visible(async || {
            let call = work.clients().ec2.attach_internet_gateway();
            let call = call.internet_gateway_id(id).vpc_id(vpc);
            call.send().await.asked("attach the internet gateway to the VPC")
        })
        .await;
    match attached {
        Err(error) if error.is_already_there() => Ok(()),
        other => other.map(drop),
    }
}

/// Detached, then deleted.
#[derive(Debug)]
pub(crate) struct InternetGatewayRemoval {
    pub(crate) gateway: GatewayState,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for InternetGatewayRemoval {
    fn target(&self) -> String {
        targets::INTERNET_GATEWAY.to_owned()
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.gateway.id.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let id = &self.gateway.id;
        if let Some(vpc) = &self.gateway.vpc {
            work.once_free(async || {
                let call = work.clients().ec2.detach_internet_gateway();
                let call = call.internet_gateway_id(id).vpc_id(vpc);
                match call.send().await.asked(format!("detach {id} from the VPC")) {
                    Err(error) if error.code() == "Gateway.NotAttached" => Ok(None),
                    other => other.if_found(),
                }
            })
            .await?;
        }
        work.once_free(async || {
            let call = work.clients().ec2.delete_internet_gateway().internet_gateway_id(id);
            call.send().await.asked(format!("delete {id}")).if_found()
        })
        .await
        .map(drop)
    }
}

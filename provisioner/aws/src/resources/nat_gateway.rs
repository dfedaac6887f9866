//! NAT gateways: the way of private subnets to the internet.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_ec2::types::{NatGatewayState as Status, ResourceType};

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::names::RESOURCE_TAG;
use crate::resource::{Removal, Resource};
use crate::resources::route_table;
use crate::spec_tags::Tags;
use crate::work::{Context, Look, Work};
use crate::{tags, targets};

const WITHIN: Duration = Duration::from_mins(15);

#[derive(Debug, Clone)]
pub(crate) struct NatState {
    pub(crate) id: String,
    pub(crate) status: Status,
    /// Why it has failed.
    pub(crate) reason: Option<String>,
    /// The address that it has.
    pub(crate) allocation: Option<String>,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct NatGateway {
    pub(crate) name: String,
    /// The public subnet that it is in.
    pub(crate) subnet: String,
    pub(crate) tags: Tags,
}

/// The gateways of the VPC that are not gone. Those that have lost their tags are known by their
/// subnets.
pub(crate) async fn find(
    context: &Context,
    vpc: &str,
    by_subnet: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, NatState>, AwsError> {
    let call = context.clients.ec2.describe_nat_gateways().filter(tags::filter("vpc-id", vpc));
    let pages = call.into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked("look for NAT gateways")?;
    let mut found = BTreeMap::new();
    for gateway in all {
        let in_subnet = gateway.subnet_id.clone().unwrap_or_default();
        let Some(state) = state(gateway).filter(|state| state.status != Status::Deleted) else {
            continue;
        };
        let tag = state.tags.get(RESOURCE_TAG).and_then(|tag| tag.strip_prefix("nat-"));
        let Some(name) = tag.map(str::to_owned).or_else(|| by_subnet.get(&in_subnet).cloned())
        else {
            continue;
        };
        // One that failed or goes away does not hide the one that came after it.
        let is_live = matches!(state.status, Status::Available | Status::Pending);
        if is_live || !found.contains_key(&name) {
            found.insert(name, state);
        }
    }
    Ok(found)
}

fn state(gateway: aws_sdk_ec2::types::NatGateway) -> Option<NatState> {
    let mut addresses = gateway.nat_gateway_addresses.into_iter().flatten();
    Some(NatState {
        id: gateway.nat_gateway_id?,
        status: gateway.state.unwrap_or(Status::Pending),
        reason: gateway.failure_message,
        allocation: addresses.find_map(|address| address.allocation_id),
        tags: tags::from_ec2(gateway.tags),
    })
}

async fn describe(context: &Context, id: &str) -> Result<Option<NatState>, AwsError> {
    let call = context.clients.ec2.describe_nat_gateways().nat_gateway_ids(id);
    let answer = call.send().await.asked(format!("look at {id}")).if_found()?;
    Ok(answer.and_then(|answer| answer.nat_gateways?.into_iter().next()).and_then(state))
}

#[async_trait::async_trait]
impl Resource for NatGateway {
    fn target(&self) -> String {
        targets::nat_gateway(&self.name)
    }

    fn after(&self, _: &Account) -> Vec<String> {
        vec![
            targets::subnet(&self.subnet),
            targets::address(&self.name),
            // Without a way to the internet it fails.
            targets::route_table(route_table::PUBLIC),
        ]
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let Some(gateway) = account.nats.get(&self.name) else {
            return Ok(Difference::create()
                .with("subnet", &self.subnet)
                .tags(&Tags::new(), &self.tags));
        };
        let status = gateway.status.as_str().to_owned();
        Ok(Difference::of_existing()
            .field("state", status, Status::Available.as_str())
            .tags(&gateway.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().nats.get(&self.name).cloned();
        let id = match existing {
            Some(gateway) if gateway.status == Status::Failed => {
                self.replace_failed(work, &gateway).await?
            }
            Some(gateway) if gateway.status == Status::Deleting => {
                gone(work, &gateway.id).await?;
                self.create(work).await?
            }
            Some(gateway) => {
                if difference.touches("tags") {
                    tags::set_ec2(work.clients(), &gateway.id, &gateway.tags, &self.tags).await?;
                }
                gateway.id
            }
            None => self.create(work).await?,
        };
        let state = self.available(work, &id).await?;
        work.context.update(|account| drop(account.nats.insert(self.name.clone(), state)));
        Ok(())
    }
}

impl NatGateway {
    async fn create(&self, work: &Work<'_>) -> Result<String, AwsError> {
        let (subnet, allocation) = {
            let account = work.context.account();
            let address =
                account.addresses.get(&self.name).ok_or_else(|| crate::unknown("address"))?;
            (account.subnet_id(&self.subnet)?, address.allocation.clone())
        };
        let specification = tags::specification(ResourceType::Natgateway, &self.tags);
        let answer = work
            .once_visible(async || {
                let call = work.clients().ec2.create_nat_gateway().subnet_id(&subnet);
                let call = call.allocation_id(&allocation);
                let call = call.tag_specifications(specification.clone());
                call.send().await.asked(format!("create the NAT gateway {}", self.name))
            })
            .await?;
        let id = answer.nat_gateway.and_then(|gateway| gateway.nat_gateway_id);
        id.ok_or_else(|| crate::silent("a NAT gateway"))
    }

    /// One that has failed stays so, and goes by itself after an hour.
    async fn replace_failed(&self, work: &Work<'_>, failed: &NatState) -> Result<String, AwsError> {
        let reason = failed.reason.clone().unwrap_or_else(|| "no reason is given".to_owned());
        work.reporter.note(format!("{} has failed and is made anew: {reason}", failed.id));
        delete(work, &failed.id).await?;
        gone(work, &failed.id).await?;
        self.create(work).await
    }

    async fn available(&self, work: &Work<'_>, id: &str) -> Result<NatState, AwsError> {
        let what = targets::nat_gateway(&self.name);
        work.until(&what, WITHIN, async || {
            let Some(state) = describe(work.context, id).await? else {
                return Ok(Look::NotYet("not seen yet".to_owned()));
            };
            match state.status {
                Status::Available => Ok(Look::Done(state)),
                Status::Failed | Status::Deleted | Status::Deleting => Err(AwsError::Broken {
                    what: format!("make the {what}"),
                    reason: state.reason.unwrap_or_else(|| state.status.as_str().to_owned()),
                }),
                other => Ok(Look::NotYet(other.as_str().to_owned())),
            }
        })
        .await
    }
}

async fn delete(work: &Work<'_>, id: &str) -> Result<(), AwsError> {
    let call = work.clients().ec2.delete_nat_gateway().nat_gateway_id(id);
    call.send().await.asked(format!("delete {id}")).if_found().map(drop)
}

async fn gone(work: &Work<'_>, id: &str) -> Result<(), AwsError> {
    work.until(id, WITHIN, async || {
        Ok(match describe(work.context, id).await? {
            None => Look::Done(()),
            Some(state) if state.status == Status::Deleted => Look::Done(()),
            Some(state) => Look::NotYet(state.status.as_str().to_owned()),
        })
    })
    .await
}

#[derive(Debug)]
pub(crate) struct NatGatewayRemoval {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for NatGatewayRemoval {
    fn target(&self) -> String {
        targets::nat_gateway(&self.name)
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.id.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        delete(work, &self.id).await?;
        gone(work, &self.id).await
    }
}

//! Elastic IP addresses, for NAT gateways.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{DomainType, Filter, ResourceType};

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::names::{CLUSTER_TAG, RESOURCE_TAG};
use crate::resource::{Removal, Resource};
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

#[derive(Debug, Clone)]
pub(crate) struct AddressState {
    pub(crate) allocation: String,
    pub(crate) ip: String,
    pub(crate) in_use: bool,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct Address {
    /// That of its NAT gateway.
    pub(crate) name: String,
    pub(crate) tags: Tags,
}

/// The addresses of the cluster, and those that an earlier run has allocated twice.
pub(crate) async fn find(
    context: &Context,
) -> Result<(BTreeMap<String, AddressState>, Vec<AddressState>), AwsError> {
    let filter = tags::filter(&format!("tag:{CLUSTER_TAG}"), context.names.cluster());
    let call = context.clients.ec2.describe_addresses().filters(filter);
    let answer = call.send().await.asked("look for elastic IP addresses")?;
    let (mut found, mut surplus) = (BTreeMap::new(), Vec::new());
    let mut all: Vec<_> = answer.addresses.into_iter().flatten().filter_map(state).collect();
    // The one that is in use is the one.
    all.sort_by_key(|address| (!address.in_use, address.allocation.clone()));
    for address in all {
        let name = address.tags.get(RESOURCE_TAG).and_then(|tag| tag.strip_prefix("address-"));
        match name.map(str::to_owned) {
            Some(name) if !found.contains_key(&name) => drop(found.insert(name, address)),
            _ => surplus.push(address),
        }
    }
    Ok((found, surplus))
}

/// Those of these allocations, whatever their tags are.
pub(crate) async fn by_allocations(
    context: &Context,
    allocations: Vec<String>,
) -> Result<Vec<AddressState>, AwsError> {
    let filter = Filter::builder().name("allocation-id").set_values(Some(allocations)).build();
    let call = context.clients.ec2.describe_addresses().filters(filter);
    let answer = call.send().await.asked("look at the addresses of NAT gateways")?;
    Ok(answer.addresses.into_iter().flatten().filter_map(state).collect())
}

fn state(address: aws_sdk_ec2::types::Address) -> Option<AddressState> {
    Some(AddressState {
        allocation: address.allocation_id?,
        ip: address.public_ip.unwrap_or_default(),
        in_use: address.association_id.is_some(),
        tags: tags::from_ec2(address.tags),
    })
}

#[async_trait::async_trait]
impl Resource for Address {
    fn target(&self) -> String {
        targets::address(&self.name)
    }

    fn after(&self, _: &Account) -> Vec<String> {
        Vec::new()
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        Ok(match account.addresses.get(&self.name) {
            None => Difference::create().tags(&Tags::new(), &self.tags),
            Some(address) => Difference::of_existing().tags(&address.tags, &self.tags),
        })
    }

    async fn apply(&self, work: &Work<'_>, _: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().addresses.get(&self.name).cloned();
        let address = match existing {
            Some(address) => {
                tags::set_ec2(work.clients(), &address.allocation, &address.tags, &self.tags)
                    .await?;
                AddressState { tags: self.tags.clone(), ..address }
            }
            None => self.allocate(work).await?,
        };
        work.context.update(|account| drop(account.addresses.insert(self.name.clone(), address)));
        Ok(())
    }
}

impl Address {
    async fn allocate(&self, work: &Work<'_>) -> Result<AddressState, AwsError> {
        let specification = tags::specification(ResourceType::ElasticIp, &self.tags);
        crate::once::create(
            work,
            async || {
                let call = work.clients().ec2_once.allocate_address().domain(DomainType::Vpc);
                let call = call.tag_specifications(specification.clone());
                let answer = call.send().await.asked("allocate an elastic IP address")?;
                Ok(answer.allocation_id.map(|allocation| AddressState {
                    allocation,
                    ip: answer.public_ip.unwrap_or_default(),
                    in_use: false,
                    tags: self.tags.clone(),
                }))
            },
            async || Ok(find(work.context).await?.0.remove(&self.name)),
        )
        .await
    }
}

#[derive(Debug)]
pub(crate) struct AddressRemoval {
    pub(crate) name: String,
    pub(crate) address: AddressState,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for AddressRemoval {
    fn target(&self) -> String {
        targets::address(&self.name)
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![format!("{} {}", self.address.allocation, self.address.ip)]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        work.once_free(async || {
            let call = work.clients().ec2.release_address();
            let call = call.allocation_id(&self.address.allocation);
            call.send().await.asked(format!("release {}", self.address.ip)).if_found()
        })
        .await
        .map(drop)
    }
}

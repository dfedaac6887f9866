//! Subnets: a public and a private one in each zone.

use aws_sdk_ec2::types::{AttributeBooleanValue, HostnameType as OfAws, ResourceType};
use ipnet::Ipv4Net;
use provisioner_spec::HostnameType;

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::resource::{Removal, Resource};
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

/// A VPC is divided into parts with so many more bits: four public ones, then four private ones.
const PART_BITS: u8 = 3;
const FIRST_PRIVATE: usize = 4;

#[derive(Debug, Clone)]
pub(crate) struct SubnetState {
    pub(crate) id: String,
    pub(crate) zone: String,
    pub(crate) cidr: String,
    /// Whether instances get public addresses.
    pub(crate) public_addresses: bool,
    /// What instances are called.
    pub(crate) hostname_type: String,
    pub(crate) tags: Tags,
}

#[derive(Debug, Clone)]
pub(crate) struct Subnet {
    /// As in `public-us-west-2a`.
    pub(crate) name: String,
    pub(crate) zone: String,
    /// The ranges that it may have: its own, and those of zones that the cluster need not be in.
    pub(crate) ranges: Vec<String>,
    pub(crate) public: bool,
    pub(crate) hostname_type: HostnameType,
    pub(crate) tags: Tags,
}

/// The parts of a VPC's range that the subnet of a zone may have, its own first.
pub(crate) fn ranges(range: Ipv4Net, zone: usize, public: bool) -> Vec<String> {
    let others = (0..FIRST_PRIVATE).filter(|other| *other != zone);
    let parts = std::iter::once(zone).chain(others).map(|zone| part(range, zone, public));
    parts.flatten().map(|part| part.to_string()).collect()
}

/// The part of a VPC's range for a zone.
fn part(range: Ipv4Net, zone: usize, public: bool) -> Option<Ipv4Net> {
    let index = if public { zone } else { FIRST_PRIVATE + zone };
    range.subnets(range.prefix_len() + PART_BITS).ok()?.nth(index)
}

/// The name of a zone's subnet.
pub(crate) fn name(zone: &str, public: bool) -> String {
    format!("{}-{zone}", if public { "public" } else { "private" })
}

/// The subnets that fulfil a condition.
pub(crate) async fn of_vpc(
    context: &Context,
    filter: aws_sdk_ec2::types::Filter,
) -> Result<Vec<SubnetState>, AwsError> {
    let pages = context.clients.ec2.describe_subnets().filters(filter).into_paginator().items();
    let all = pages.send().collect::<Result<Vec<_>, _>>().await.asked("look for the subnets")?;
    Ok(all.into_iter().filter_map(state).collect())
}

fn state(subnet: aws_sdk_ec2::types::Subnet) -> Option<SubnetState> {
    let names = subnet.private_dns_name_options_on_launch.and_then(|names| names.hostname_type);
    let hostname_type = names.as_ref().map_or(HostnameType::default().as_str(), OfAws::as_str);
    Some(SubnetState {
        hostname_type: hostname_type.to_owned(),
        id: subnet.subnet_id?,
        zone: subnet.availability_zone.unwrap_or_default(),
        cidr: subnet.cidr_block.unwrap_or_default(),
        public_addresses: subnet.map_public_ip_on_launch == Some(true),
        tags: tags::from_ec2(subnet.tags),
    })
}

#[async_trait::async_trait]
impl Resource for Subnet {
    fn target(&self) -> String {
        targets::subnet(&self.name)
    }

    fn after(&self, _: &Account) -> Vec<String> {
        vec![targets::VPC.to_owned()]
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let Some(subnet) = account.subnets.get(&self.name) else {
            return Ok(Difference::create()
                .with("zone", &self.zone)
                .with("cidr", self.free_ranges(account).next().cloned())
                .with("publicAddresses", self.public)
                .with("hostnameType", self.hostname_type.as_str())
                .tags(&Tags::new(), &self.tags));
        };
        Ok(Difference::of_existing()
            .field("publicAddresses", subnet.public_addresses, self.public)
            .field("hostnameType", &subnet.hostname_type, self.hostname_type.as_str())
            .tags(&subnet.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().subnets.get(&self.name).cloned();
        let mut subnet = match existing {
            Some(subnet) => {
                if difference.touches("tags") {
                    tags::set_ec2(work.clients(), &subnet.id, &subnet.tags, &self.tags).await?;
                }
                subnet
            }
            None => self.create(work).await?,
        };
        if subnet.public_addresses != self.public {
            self.set_public_addresses(work, &subnet.id).await?;
        }
        subnet.public_addresses = self.public;
        if subnet.hostname_type != self.hostname_type.as_str() {
            self.set_hostname_type(work, &subnet.id).await?;
        }
        self.hostname_type.as_str().clone_into(&mut subnet.hostname_type);
        subnet.tags.extend(self.tags.clone());
        work.context.update(|account| drop(account.subnets.insert(self.name.clone(), subnet)));
        Ok(())
    }
}

impl Subnet {
    /// A zone that the spec has dropped leaves its subnets, until they are removed.
    fn free_ranges<'a>(&'a self, account: &'a Account) -> impl Iterator<Item = &'a String> {
        let is_taken = |range: &String| {
            let mut others = account.subnets.iter().filter(|(name, _)| **name != self.name);
            others.any(|(_, other)| other.cidr == *range)
        };
        self.ranges.iter().filter(move |range| !is_taken(range))
    }

    async fn create(&self, work: &Work<'_>) -> Result<SubnetState, AwsError> {
        let free: Vec<_> = self.free_ranges(&work.context.account()).cloned().collect();
        for range in &free {
            if let Some(made) = self.create_with(work, range).await? {
                return Ok(made);
            }
        }
        Err(AwsError::NotPossible {
            what: format!("create the subnet {}", self.name),
            why: "no part of the VPC is free: zones that the spec has dropped have their subnets still"
                .to_owned(),
            hint: "`provisioner up --prune` removes those".to_owned(),
        })
    }

    /// Two subnets cannot have one range: a lost answer shows as a conflict, and so does another subnet.
    async fn create_with(
        &self,
        work: &Work<'_>,
        range: &str,
    ) -> Result<Option<SubnetState>, AwsError> {
        let vpc = work.context.account().vpc_id()?;
        let specification = tags::specification(ResourceType::Subnet, &self.tags);
        let made = work
            .once_visible(async || {
                let call = work.clients().ec2.create_subnet().vpc_id(&vpc).cidr_block(range);
                let call = call.availability_zone(&self.zone);
                let call = call.tag_specifications(specification.clone());
                call.send().await.asked(format!("create the subnet {}", self.name))
            })
            .await;
        match made {
            Ok(answer) => {
                let made = answer.subnet.and_then(state);
                return made.ok_or_else(|| crate::silent("a subnet")).map(Some);
            }
            Err(error) if error.is_already_there() => {}
            Err(error) => return Err(error),
        }
        let all = of_vpc(work.context, tags::filter("vpc-id", &vpc)).await?;
        Ok(all.into_iter().find(|subnet| subnet.cidr == range && subnet.zone == self.zone))
    }

    async fn set_public_addresses(&self, work: &Work<'_>, id: &str) -> Result<(), AwsError> {
        let value = AttributeBooleanValue::builder().value(self.public).build();
        work.once_visible(async || {
            let call = work.clients().ec2.modify_subnet_attribute().subnet_id(id);
            let call = call.map_public_ip_on_launch(value.clone());
            call.send().await.asked(format!("set the public addresses of {id}"))
        })
        .await
        .map(drop)
    }

    /// It holds for instances that are started from now on.
    async fn set_hostname_type(&self, work: &Work<'_>, id: &str) -> Result<(), AwsError> {
        let kind = OfAws::from(self.hostname_type.as_str());
        work.once_visible(async || {
            let call = work.clients().ec2.modify_subnet_attribute().subnet_id(id);
            let call = call.private_dns_hostname_type_on_launch(kind.clone());
            call.send().await.asked(format!("set what instances in {id} are called"))
        })
        .await
        .map(drop)
    }
}

#[derive(Debug)]
pub(crate) struct SubnetRemoval {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for SubnetRemoval {
    fn target(&self) -> String {
        targets::subnet(&self.name)
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.id.clone()]
    }

    /// What load balancers and the VPC CNI have left behind in it goes first.
    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        crate::resources::network_interface::remove_leaked(work, "subnet-id", &self.id).await?;
        work.once_free(async || {
            let call = work.clients().ec2.delete_subnet().subnet_id(&self.id);
            call.send().await.asked(format!("delete the subnet {}", self.id)).if_found()
        })
        .await
        .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_vpc_have_nothing_in_common() {
        for range in ["192.168.0.0/16", "10.0.0.0/24"] {
            let range: Ipv4Net = range.parse().unwrap();
            let mut parts = Vec::new();
            for zone in 0..4 {
                parts.extend([part(range, zone, true).unwrap(), part(range, zone, false).unwrap()]);
            }
            for (index, one) in parts.iter().enumerate() {
                assert!(range.contains(one));
                assert!(parts[..index].iter().all(|other| !other.contains(one)), "{parts:?}");
            }
        }
    }
}

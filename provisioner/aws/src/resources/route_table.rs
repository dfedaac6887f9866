//! Route tables: one for the public subnets, one for each private one.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{ResourceType, RouteState};

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::names::RESOURCE_TAG;
use crate::resource::{Removal, Resource};
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

/// The name of the table of the public subnets.
pub(crate) const PUBLIC: &str = "public";
const EVERYWHERE: &str = "0.0.0.0/0";

#[derive(Debug, Clone)]
pub(crate) struct RouteTableState {
    pub(crate) id: String,
    /// Where traffic to everywhere goes; and whether that way is blocked.
    pub(crate) default_route: Option<String>,
    pub(crate) blocked: bool,
    /// The associations of subnets.
    pub(crate) subnets: BTreeMap<String, String>,
    pub(crate) tags: Tags,
}

/// Where traffic to everywhere goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    InternetGateway,
    Nat(String),
    Nowhere,
}

#[derive(Debug)]
pub(crate) struct RouteTable {
    pub(crate) name: String,
    pub(crate) subnets: Vec<String>,
    pub(crate) way: Way,
    pub(crate) tags: Tags,
}

/// The tables of the VPC that are its own. One that has lost its tags is known by its subnets.
pub(crate) async fn find(
    context: &Context,
    vpc: &str,
    table_of_subnet: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, RouteTableState>, AwsError> {
    let call = context.clients.ec2.describe_route_tables().filters(tags::filter("vpc-id", vpc));
    let pages = call.into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked("look for route tables")?;
    let name = |state: &RouteTableState| {
        let tag = state.tags.get(RESOURCE_TAG).and_then(|tag| tag.strip_prefix("routes-"));
        let by_subnet = || state.subnets.keys().find_map(|id| table_of_subnet.get(id)).cloned();
        tag.map(str::to_owned).or_else(by_subnet)
    };
    let states = all.into_iter().filter_map(state);
    Ok(states.filter_map(|state| Some((name(&state)?, state))).collect())
}

fn state(table: aws_sdk_ec2::types::RouteTable) -> Option<RouteTableState> {
    let associations: Vec<_> = table.associations.into_iter().flatten().collect();
    // The main table belongs to the VPC itself.
    if associations.iter().any(|association| association.main == Some(true)) {
        return None;
    }
    let mut routes = table.routes.into_iter().flatten();
    let route = routes.find(|route| route.destination_cidr_block.as_deref() == Some(EVERYWHERE));
    Some(RouteTableState {
        id: table.route_table_id?,
        blocked: route.as_ref().is_some_and(|route| route.state == Some(RouteState::Blackhole)),
        default_route: route.and_then(|route| route.nat_gateway_id.or(route.gateway_id)),
        subnets: associations
            .into_iter()
            .filter_map(|one| Some((one.subnet_id?, one.route_table_association_id?)))
            .collect(),
        tags: tags::from_ec2(table.tags),
    })
}

#[async_trait::async_trait]
impl Resource for RouteTable {
    fn target(&self) -> String {
        targets::route_table(&self.name)
    }

    fn after(&self, _: &Account) -> Vec<String> {
        let mut after: Vec<_> = self.subnets.iter().map(|name| targets::subnet(name)).collect();
        match &self.way {
            Way::InternetGateway => after.push(targets::INTERNET_GATEWAY.to_owned()),
            Way::Nat(name) => after.push(targets::nat_gateway(name)),
            Way::Nowhere => {}
        }
        after
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let way = match &self.way {
            Way::InternetGateway => Some("the internet gateway".to_owned()),
            Way::Nat(name) => Some(format!("the NAT gateway {name}")),
            Way::Nowhere => None,
        };
        let Some(table) = account.route_tables.get(&self.name) else {
            return Ok(Difference::create()
                .with(EVERYWHERE, way)
                .with("subnets", &self.subnets)
                .tags(&Tags::new(), &self.tags));
        };
        // What is as it should be is shown by what it is for, anything else by its id.
        let wanted = self.way_id(account);
        let is = match &table.default_route {
            Some(_) if table.blocked => Some("blackhole".to_owned()),
            route if *route == wanted => way.clone(),
            route => route.clone(),
        };
        let names = |id: &String| account.subnet_name(id).unwrap_or_else(|| id.clone());
        let subnets: Vec<String> = table.subnets.keys().map(names).collect();
        let others = |name: &String| !self.subnets.contains(name);
        let mut with_others = self.subnets.clone();
        with_others.extend(subnets.iter().filter(|name| others(name)).cloned());
        Ok(Difference::of_existing()
            .field(EVERYWHERE, is, way)
            .field("subnets", &subnets, &with_others)
            .tags(&table.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().route_tables.get(&self.name).cloned();
        let mut table = match existing {
            Some(table) => {
                if difference.touches("tags") {
                    tags::set_ec2(work.clients(), &table.id, &table.tags, &self.tags).await?;
                }
                table
            }
            None => self.create(work).await?,
        };
        self.route(work, &table).await?;
        self.associate(work, &mut table).await?;
        table.default_route = self.way_id(&work.context.account());
        table.blocked = false;
        table.tags.extend(self.tags.clone());
        work.context.update(|account| drop(account.route_tables.insert(self.name.clone(), table)));
        Ok(())
    }
}

impl RouteTable {
    fn way_id(&self, account: &Account) -> Option<String> {
        match &self.way {
            Way::InternetGateway => account.gateway.as_ref().map(|gateway| gateway.id.clone()),
            Way::Nat(name) => account.nats.get(name).map(|gateway| gateway.id.clone()),
            Way::Nowhere => None,
        }
    }

    async fn create(&self, work: &Work<'_>) -> Result<RouteTableState, AwsError> {
        let vpc = work.context.account().vpc_id()?;
        let specification = tags::specification(ResourceType::RouteTable, &self.tags);
        let answer = work
            .once_visible(async || {
                let call = work.clients().ec2.create_route_table().vpc_id(&vpc);
                let call = call.tag_specifications(specification.clone());
                call.send().await.asked(format!("create the route table {}", self.name))
            })
            .await?;
        answer.route_table.and_then(state).ok_or_else(|| crate::silent("a route table"))
    }

    /// Nothing tells AWS that the same route is asked for again: what is there already is replaced.
    async fn route(&self, work: &Work<'_>, table: &RouteTableState) -> Result<(), AwsError> {
        let wanted = self.way_id(&work.context.account());
        if table.default_route == wanted && !table.blocked {
            return Ok(());
        }
        let ec2 = &work.clients().ec2;
        let what = format!("set the route of {}", table.id);
        let Some(way) = wanted else {
            let call = ec2.delete_route().route_table_id(&table.id);
            let call = call.destination_cidr_block(EVERYWHERE);
            return call.send().await.asked(what).if_found().map(drop);
        };
        let is_nat = matches!(self.way, Way::Nat(_));
        let (gateway, nat) = if is_nat { (None, Some(way)) } else { (Some(way), None) };
        let create = async || {
            let call = ec2.create_route().route_table_id(&table.id);
            let call = call.destination_cidr_block(EVERYWHERE).set_gateway_id(gateway.clone());
            call.set_nat_gateway_id(nat.clone()).send().await.asked(&what).map(drop)
        };
        let replace = async || {
            let call = ec2.replace_route().route_table_id(&table.id);
            let call = call.destination_cidr_block(EVERYWHERE).set_gateway_id(gateway.clone());
            call.set_nat_gateway_id(nat.clone()).send().await.asked(&what).map(drop)
        };
        if table.default_route.is_some() {
            return work.once_visible(replace).await;
        }
        match work.once_visible(create).await {
            Err(error) if error.is_already_there() => replace().await,
            other => other,
        }
    }

    async fn associate(
        &self,
        work: &Work<'_>,
        table: &mut RouteTableState,
    ) -> Result<(), AwsError> {
        for name in &self.subnets {
            let subnet = work.context.account().subnet_id(name)?;
            if table.subnets.contains_key(&subnet) {
                continue;
            }
            let made = work
                .once_visible(async || {
                    let call = work.clients().ec2.associate_route_table();
                    let call = call.route_table_id(&table.id).subnet_id(&subnet);
                    call.send().await.asked(format!("give {subnet} the routes of {}", table.id))
                })
                .await;
            let association = match made {
                Ok(answer) => answer.association_id.unwrap_or_default(),
                Err(error) if error.is_already_there() => {
                    move_association(work, &table.id, &subnet).await?
                }
                Err(error) => return Err(error),
            };
            table.subnets.insert(subnet, association);
        }
        Ok(())
    }
}

/// A subnet that has another table gets this one instead.
async fn move_association(work: &Work<'_>, table: &str, subnet: &str) -> Result<String, AwsError> {
    let filter = tags::filter("association.subnet-id", subnet);
    let call = work.clients().ec2.describe_route_tables().filters(filter);
    let answer = call.send().await.asked(format!("look at the routes of {subnet}"))?;
    let tables = answer.route_tables.into_iter().flatten();
    let mut associations = tables.flat_map(|table| table.associations.unwrap_or_default());
    let mine = associations.find(|one| one.subnet_id.as_deref() == Some(subnet));
    let Some(old) = mine else { return Err(crate::unknown("association")) };
    if old.route_table_id.as_deref() == Some(table) {
        return Ok(old.route_table_association_id.unwrap_or_default());
    }
    let call = work.clients().ec2.replace_route_table_association().route_table_id(table);
    let call = call.set_association_id(old.route_table_association_id);
    let answer = call.send().await.asked(format!("give {subnet} the routes of {table}"))?;
    Ok(answer.new_association_id.unwrap_or_default())
}

#[derive(Debug)]
pub(crate) struct RouteTableRemoval {
    pub(crate) name: String,
    pub(crate) table: RouteTableState,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for RouteTableRemoval {
    fn target(&self) -> String {
        targets::route_table(&self.name)
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.table.id.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let id = &self.table.id;
        for association in self.table.subnets.values() {
            let call = work.clients().ec2.disassociate_route_table().association_id(association);
            call.send().await.asked(format!("take {id} from a subnet")).if_found()?;
        }
        work.once_free(async || {
            let call = work.clients().ec2.delete_route_table().route_table_id(id);
            call.send().await.asked(format!("delete {id}")).if_found()
        })
        .await
        .map(drop)
    }
}

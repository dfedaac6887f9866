//! Which zones have which instance types: a group in a zone without its types would never come up.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, LocationType};

use crate::AwsError;
use crate::account::Account;
use crate::error::Asked as _;
use crate::layout::Layout;
use crate::work::Context;

/// Refuses node groups of which a zone has none of the instance types.
pub(crate) async fn check(context: &Context, account: &Account) -> Result<(), AwsError> {
    let layout = Layout::new(context, &account.zones);
    let groups = || layout.node_groups.iter();
    let types: BTreeSet<_> = groups().flat_map(|group| group.spec.instance_types.clone()).collect();
    if types.is_empty() {
        return Ok(());
    }
    let offered = offered(context, types).await?;
    for group in groups() {
        for zone in zones(account, &layout, &group.subnets(account)) {
            let here = offered.get(&zone);
            let has = |name: &String| here.is_some_and(|here| here.contains(name));
            if !group.spec.instance_types.iter().any(has) {
                return Err(refused(&group.spec.name, &zone, &group.spec.instance_types, &offered));
            }
        }
    }
    Ok(())
}

/// The zones of subnets that are made, or exist.
fn zones(account: &Account, layout: &Layout, subnets: &[String]) -> BTreeSet<String> {
    let made = |name: &String| layout.subnets.iter().find(|subnet| subnet.name == *name);
    let zone = |name: &String| {
        let existing = account.subnets.get(name).map(|subnet| subnet.zone.clone());
        existing.or_else(|| made(name).map(|subnet| subnet.zone.clone()))
    };
    subnets.iter().filter_map(zone).collect()
}

/// The types that each zone has.
async fn offered(
    context: &Context,
    types: BTreeSet<String>,
) -> Result<BTreeMap<String, BTreeSet<String>>, AwsError> {
    let call = context.clients.ec2.describe_instance_type_offerings();
    let call = call.location_type(LocationType::AvailabilityZone);
    let filter = Filter::builder().name("instance-type");
    let call = call.filters(filter.set_values(Some(types.into_iter().collect())).build());
    let pages = call.into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked("look which instances there are")?;
    let mut offered: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in all {
        if let (Some(zone), Some(name)) = (one.location, one.instance_type) {
            offered.entry(zone).or_default().insert(name.as_str().to_owned());
        }
    }
    Ok(offered)
}

fn refused(
    group: &str,
    zone: &str,
    types: &[String],
    offered: &BTreeMap<String, BTreeSet<String>>,
) -> AwsError {
    let has = |here: &&BTreeSet<String>| types.iter().any(|name| here.contains(name));
    let elsewhere = offered.iter().filter(|(_, here)| has(here)).map(|(zone, _)| zone.as_str());
    let elsewhere: Vec<_> = elsewhere.collect();
    AwsError::NotPossible {
        what: format!("start the nodes of {group} in {zone}"),
        why: format!("AWS has no {} there", types.join(", ")),
        hint: match elsewhere.as_slice() {
            [] => "no zone of this region has them: name other instance types".to_owned(),
            zones => format!("name zones that have them, or other types: {}", zones.join(", ")),
        },
    }
}

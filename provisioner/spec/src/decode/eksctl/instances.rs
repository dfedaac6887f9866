//! Which instances a node group has.

use super::{
    node_group::Kind,
    rest::{not_converted, warn},
};
use crate::decode::{cursor::Cursor, eks::instance_type, fields::Fields};

const CHOSEN: &str = "EKS chooses where there is most room, at the best price";

/// Their types, and whether they are spot instances.
pub(super) fn instances(fields: &Fields<'_, '_>, kind: Kind) -> (Vec<String>, bool) {
    let list = |at: &Cursor<'_>| Some(at.list(instance_type));
    let one = fields.optional("instanceType", |at| {
        // With a distribution, eksctl wants this word.
        if at.begins_with("mixed") { None } else { instance_type(at) }
    });
    let mut types = Vec::from_iter(one);
    let mut spot = false;
    match kind {
        Kind::Managed => types.extend(fields.optional("instanceTypes", list).unwrap_or_default()),
        Kind::SelfManaged => {
            let (more, is_spot) = fields.section("instancesDistribution", distribution);
            types.extend(more);
            spot = is_spot;
        }
    }
    if types.is_empty() {
        let instead = "m5.large, where no type is named: `instanceType`, `instanceTypes`";
        not_converted(fields, &[("instanceSelector", instead)]);
        types.push("m5.large".to_owned());
    } else {
        not_converted(fields, &[("instanceSelector", "the types that are named")]);
    }
    (types, spot)
}

/// A group is of spot instances, or of others.
fn distribution(at: &Cursor<'_>) -> (Vec<String>, bool) {
    at.map(|fields| {
        let types = fields.optional("instanceTypes", |at| Some(at.list(instance_type)));
        let share = fields.optional("onDemandPercentageAboveBaseCapacity", |at| {
            let share = at.integer(0..=100)?;
            if (1..100).contains(&share) {
                let instead = "no spot instances: a group is of these or of others";
                warn(at, "onDemandPercentageAboveBaseCapacity", instead);
            }
            Some(share)
        });
        let spot = share == Some(0);
        fields.optional("onDemandBaseCapacity", |at| {
            let base = at.integer(0..=u64::from(u32::MAX))?;
            if spot && base > 0 {
                warn(at, "onDemandBaseCapacity", "spot instances alone: make a group of others");
            }
            Some(())
        });
        fields.optional("capacityRebalance", |at| {
            // EKS does so with all groups of spot instances.
            if at.boolean()? && !spot {
                warn(at, "capacityRebalance", "it is for spot instances");
            }
            Some(())
        });
        let rest = [
            ("maxPrice", "the price is at most that of other instances"),
            ("spotAllocationStrategy", CHOSEN),
            ("spotInstancePools", CHOSEN),
        ];
        not_converted(fields, &rest);
        (types.unwrap_or_default(), spot)
    })
}

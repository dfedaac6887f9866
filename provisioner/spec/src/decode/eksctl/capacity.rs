//! Where the instances of a group are, and whose capacity they take.

use super::rest::not_converted;
use crate::{
    decode::{
        cursor::Cursor,
        eks::{self, id},
    },
    model::CapacityReservation,
    syntax,
};

pub(super) fn placement_group(at: &Cursor<'_>) -> Option<String> {
    at.map(|fields| {
        let name = fields.optional("groupName", eks::placement_group);
        not_converted(fields, &[("spreadLevel", "the placement group has one of its own")]);
        name
    })
}

/// Whether the reservation is a capacity block: eksctl knows no other market.
pub(super) fn capacity_block(at: &Cursor<'_>) -> bool {
    let market = |at: &Cursor<'_>| at.choice(&[("capacity-block", true)]);
    at.map(|fields| fields.optional("marketType", market)).unwrap_or(false)
}

pub(super) fn capacity_reservation(at: &Cursor<'_>) -> Option<CapacityReservation> {
    let preferences = [("open", "open"), ("none", "none"), ("capacity-reservations-only", "only")];
    at.map(|fields| {
        let preference = fields.optional("capacityReservationPreference", |at| {
            syntax::capacity_reservation(at.choice(&preferences)?).ok()
        });
        let target = fields.section("capacityReservationTarget", |at| {
            at.map(|fields| {
                let id = fields.optional("capacityReservationID", |at| id(at, "cr"));
                let group = fields.optional("capacityReservationResourceGroupARN", |at| {
                    at.valid("invalid-arn", "ARN", syntax::resource_group)
                });
                let group = group.map(CapacityReservation::Group);
                id.map(CapacityReservation::Id).or(group)
            })
        });
        target.or(preference)
    })
}

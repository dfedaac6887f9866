//! Small values of AWS.

use crate::{
    decode::{cursor::Cursor, network::cidr},
    diagnostic::{Fault, shown},
    model::{IamRole, NetworkSource},
    syntax::{self, Invalid},
};
use ipnet::{IpNet, Ipv4Net};
use std::collections::BTreeMap;

pub(in crate::decode) fn ids(at: &Cursor<'_>, prefix: &'static str) -> Vec<String> {
    at.list(|at| id(at, prefix))
}

pub(in crate::decode) fn id(at: &Cursor<'_>, prefix: &'static str) -> Option<String> {
    at.valid("invalid-id", "id", syntax::id(prefix))
}

/// Subnets that exist.
pub(in crate::decode) fn subnets(at: &Cursor<'_>) -> Vec<String> {
    at.list(subnet)
}

/// By its id, its range in the VPC, or the zone in which it is the only one.
pub(in crate::decode) fn subnet(at: &Cursor<'_>) -> Option<String> {
    let text = at.text()?;
    if text.contains('/') {
        return cidr_v4(at).map(|range| range.to_string());
    }
    syntax::zone(&text).ok().or_else(|| id(at, "subnet"))
}

pub(in crate::decode) fn zone(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-zone", "zone", syntax::zone)
}

pub(in crate::decode) fn region(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-region", "region", syntax::region)
}

pub(in crate::decode) fn policy_arn(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-arn", "ARN", syntax::policy_arn)
}

pub(in crate::decode) fn role_arn(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-arn", "ARN", syntax::role_arn)
}

pub(in crate::decode) fn subject_pattern(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-subject", "subject", syntax::subject_pattern)
}

pub(in crate::decode) fn principal_arn(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-arn", "ARN", syntax::principal_arn)
}

pub(in crate::decode) fn key_arn(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-arn", "ARN", syntax::key_arn)
}

pub(in crate::decode) fn volume_key(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-arn", "key", syntax::volume_key)
}

pub(in crate::decode) fn placement_group(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-name", "name of a placement group", syntax::placement_group)
}

pub(in crate::decode) fn instance_type(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-instance-type", "instance type", syntax::instance_type)
}

pub(in crate::decode) fn release_version(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-release", "release", syntax::release_version)
}

pub(in crate::decode) fn eks_name(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-name", "name", syntax::eks_name)
}

/// `create`, or the ARN of a role.
pub(in crate::decode) fn role(at: &Cursor<'_>) -> Option<IamRole> {
    if at.begins_with("create") && at.text().as_deref() == Some("create") {
        return Some(IamRole::Create);
    }
    role_arn(at).map(IamRole::Arn)
}

/// `vpc`, a range, or a security group.
pub(in crate::decode) fn network_source(at: &Cursor<'_>) -> Option<NetworkSource> {
    let text = at.text()?;
    if text.contains('/') {
        return cidr_v4(at).map(NetworkSource::Range);
    }
    at.valid("invalid-source", "source", |text| match text {
        "vpc" => Ok(NetworkSource::Vpc),
        _ => syntax::id("sg")(text).map(NetworkSource::Group).map_err(|_| {
            let reason = "must be `vpc`, a range such as `203.0.113.0/24`, or a security group";
            Invalid::new(reason)
        }),
    })
}

/// A range of IPv4: the VPCs of this program have no IPv6.
pub(in crate::decode) fn cidr_v4(at: &Cursor<'_>) -> Option<Ipv4Net> {
    match cidr(at)? {
        IpNet::V4(range) => Some(range),
        IpNet::V6(_) => {
            at.fault(Fault::new(
                "ipv4-only",
                "this must be a range of IPv4",
                "this is one of IPv6",
            ));
            None
        }
    }
}

pub(in crate::decode) fn tags(at: &Cursor<'_>) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for (key, value) in at.entries() {
        if let Err(invalid) = syntax::tag_key(key) {
            let message = format!("invalid tag `{}`", shown(key));
            let fault = Fault::new("invalid-tag", message, invalid.reason);
            value.fault_at_key(Fault { hint: invalid.hint, ..fault });
            continue;
        }
        let value = value.valid("invalid-tag", "value of a tag", syntax::tag_value);
        tags.extend(value.map(|value| (key.to_owned(), value)));
    }
    tags
}

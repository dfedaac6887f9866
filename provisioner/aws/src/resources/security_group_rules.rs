//! Rules of security groups, each with one source.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{IpPermission, IpRange, UserIdGroupPair};
use provisioner_spec::NetworkSource;

/// Rules by how they are shown: `443/tcp from 10.0.0.0/16`.
pub(crate) type Rules = BTreeMap<String, IpPermission>;

/// What AWS puts together is taken apart: a rule for each source.
pub(crate) fn of(permissions: &[IpPermission]) -> Rules {
    permissions.iter().flat_map(apart).collect()
}

/// Lets in at a port what comes from there; `vpc` is the range of the VPC, `key` says where the spec has a range.
pub(crate) fn allowing(port: i32, source: &NetworkSource, vpc: &str, key: &str) -> Rules {
    let rule = IpPermission::builder().ip_protocol("tcp").from_port(port).to_port(port);
    let range =
        |range: &str, of_what: &str| IpRange::builder().cidr_ip(range).description(of_what).build();
    let rule = match source {
        NetworkSource::Vpc => rule.ip_ranges(range(vpc, "the VPC")),
        NetworkSource::Range(named) => rule.ip_ranges(range(&named.to_string(), key)),
        NetworkSource::Group(id) => {
            rule.user_id_group_pairs(UserIdGroupPair::builder().group_id(id).build())
        }
    };
    of(&[rule.build()])
}

pub(crate) fn texts(rules: &Rules) -> BTreeSet<String> {
    rules.keys().cloned().collect()
}

fn apart(rule: &IpPermission) -> Vec<(String, IpPermission)> {
    let what = what(rule);
    let bare = || {
        IpPermission::builder()
            .set_ip_protocol(rule.ip_protocol.clone())
            .set_from_port(rule.from_port)
            .set_to_port(rule.to_port)
    };
    let shown = |source: Option<&str>| format!("{what} from {}", source.unwrap_or("?"));
    let ranges = rule
        .ip_ranges
        .iter()
        .flatten()
        .map(|one| (shown(one.cidr_ip.as_deref()), bare().ip_ranges(one.clone()).build()));
    let ranges6 = rule
        .ipv6_ranges
        .iter()
        .flatten()
        .map(|one| (shown(one.cidr_ipv6.as_deref()), bare().ipv6_ranges(one.clone()).build()));
    let lists = rule.prefix_list_ids.iter().flatten().map(|one| {
        (shown(one.prefix_list_id.as_deref()), bare().prefix_list_ids(one.clone()).build())
    });
    let groups = rule.user_id_group_pairs.iter().flatten().map(|one| {
        (shown(one.group_id.as_deref()), bare().user_id_group_pairs(one.clone()).build())
    });
    ranges.chain(ranges6).chain(lists).chain(groups).collect()
}

/// Ports and protocol: `443/tcp`, `1-1024/udp`, `everything`.
fn what(rule: &IpPermission) -> String {
    let protocol = rule.ip_protocol.as_deref().unwrap_or("-1");
    if protocol == "-1" {
        return "everything".to_owned();
    }
    match (rule.from_port, rule.to_port) {
        (Some(from), Some(to)) if from == to => format!("{from}/{protocol}"),
        (Some(from), Some(to)) => format!("{from}-{to}/{protocol}"),
        _ => protocol.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::Ipv6Range;

    #[test]
    fn each_source_is_a_rule_of_its_own() {
        let rule = IpPermission::builder().ip_protocol("tcp").from_port(80).to_port(90);
        let rule = rule.ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").build());
        let rule = rule.ipv6_ranges(Ipv6Range::builder().cidr_ipv6("::/0").build());
        let group = UserIdGroupPair::builder().group_id("sg-1").build();
        let all = IpPermission::builder().ip_protocol("-1").user_id_group_pairs(group);
        let rules = of(&[rule.build(), all.build()]);
        let shown: Vec<_> = rules.keys().map(String::as_str).collect();
        let wanted = ["80-90/tcp from 10.0.0.0/8", "80-90/tcp from ::/0", "everything from sg-1"];
        assert_eq!(shown, wanted);
        assert!(rules[wanted[1]].ip_ranges.is_none());
        let allowed = |source: &NetworkSource| texts(&allowing(22, source, "10.0.0.0/16", "key"));
        let group = NetworkSource::Group("sg-1".to_owned());
        assert_eq!(allowed(&NetworkSource::Vpc), ["22/tcp from 10.0.0.0/16".to_owned()].into());
        assert_eq!(allowed(&group), ["22/tcp from sg-1".to_owned()].into());
    }
}

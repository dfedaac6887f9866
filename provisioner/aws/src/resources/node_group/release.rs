//! Releases of the AMIs that nodes are started from.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::Filter;

use super::state::GroupState;
use crate::AwsError;
use crate::error::Asked as _;
use crate::tags;
use crate::work::Context;

/// Which groups have an AMI of which AWS has published a newer release for their version of Kubernetes, and which.
///
/// EC2 lists the images; which of them EKS brings is EKS's word.
pub(crate) async fn newer_releases(
    context: &Context,
    groups: &BTreeMap<String, GroupState>,
) -> Result<BTreeMap<String, String>, AwsError> {
    let prefixes: BTreeSet<_> = groups.values().filter_map(prefix).collect();
    if prefixes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let names = prefixes.iter().map(|prefix| format!("{prefix}*")).collect();
    let names = Filter::builder().name("name").set_values(Some(names)).build();
    let call = context.clients.ec2.describe_images().owners("amazon").filters(names);
    let pages = call.filters(tags::filter("state", "available")).into_paginator().items().send();
    let images = pages.collect::<Result<Vec<_>, _>>().await.asked("look for releases of AMIs")?;
    let images: Vec<_> = images.into_iter().filter_map(|image| image.name).collect();
    let newer = |group: &GroupState| Some((group.name.clone(), newer(group, &images)?));
    Ok(groups.values().filter_map(newer).collect())
}

/// The newest release among these images, if it is newer than that of the group.
fn newer(group: &GroupState, images: &[String]) -> Option<String> {
    let prefix = prefix(group)?;
    let is = order(&group.ami, group.release.as_deref()?)?;
    let releases = images.iter().filter_map(|name| name.strip_prefix(&prefix));
    let ordered = releases.filter_map(|release| Some((order(&group.ami, release)?, release)));
    let (newest, release) = ordered.max()?;
    (newest > is).then(|| release.to_owned())
}

/// What comes before the release in the names of the images: `amazon-eks-node-al2023-x86_64-standard-1.36-v20260923`,
/// `bottlerocket-aws-k8s-1.36-x86_64-v1.49.0-713f44ce`. Of other kinds of nodes nothing is known.
fn prefix(group: &GroupState) -> Option<String> {
    let version = group.version?;
    Some(match group.ami.as_str() {
        "AL2023_x86_64_STANDARD" => format!("amazon-eks-node-al2023-x86_64-standard-{version}-v"),
        "AL2023_ARM_64_STANDARD" => format!("amazon-eks-node-al2023-arm64-standard-{version}-v"),
        "BOTTLEROCKET_x86_64" => format!("bottlerocket-aws-k8s-{version}-x86_64-v"),
        "BOTTLEROCKET_ARM_64" => format!("bottlerocket-aws-k8s-{version}-aarch64-v"),
        _ => return None,
    })
}

/// What tells which of two releases is the newer one: Bottlerocket's version, the day of all others.
fn order(ami: &str, release: &str) -> Option<Vec<u64>> {
    let numbers = |text: &str| text.split('.').map(|part| part.parse().ok()).collect();
    if ami.starts_with("BOTTLEROCKET") {
        numbers(release.split('-').next()?)
    } else {
        numbers(release.rsplit('-').next()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_or_the_version_of_bottlerocket_tells_which_is_newer() {
        let order = |ami, release| order(ami, release).unwrap();
        let linux = |release| order("AL2023_x86_64_STANDARD", release);
        assert_eq!(linux("20260923"), linux("1.36.4-20260923"));
        assert!(linux("20261001") > linux("1.36.4-20260923"));
        let bottlerocket = |release| order("BOTTLEROCKET_ARM_64", release);
        assert!(bottlerocket("1.49.0-00000000") > bottlerocket("1.9.3-713f44ce"));
    }

    #[test]
    fn what_cannot_be_compared_is_not_called_newer() {
        assert_eq!(order("AL2023_x86_64_STANDARD", "1.36.4-latest"), None);
        assert_eq!(order("BOTTLEROCKET_x86_64", "nightly-713f44ce"), None);
    }
}

//! What addons are found by, and which there are.

use std::collections::BTreeMap;

use aws_sdk_eks::types::{Addon as Described, AddonStatus};
use provisioner_spec::EksVersion;

use super::state::AddonState;
use super::versions::Versions;
use crate::AwsError;
use crate::error::{Asked as _, IfFound as _};
use crate::work::Context;

pub(crate) async fn find(context: &Context) -> Result<BTreeMap<String, AddonState>, AwsError> {
    let call = context.clients.eks.list_addons().cluster_name(context.names.cluster());
    let names = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let Some(names) = names.asked("look for addons").if_found()? else {
        return Ok(BTreeMap::new());
    };
    let addons = names.iter().map(|name| describe(context, name));
    let addons = futures::future::try_join_all(addons).await?;
    Ok(addons.into_iter().flatten().map(|addon| (addon.name.clone(), addon)).collect())
}

pub(super) async fn describe(
    context: &Context,
    name: &str,
) -> Result<Option<AddonState>, AwsError> {
    let call = context.clients.eks.describe_addon().cluster_name(context.names.cluster());
    let answer = call.addon_name(name).send().await;
    let answer = answer.asked(format!("look at the addon {name}")).if_found()?;
    Ok(answer.and_then(|answer| answer.addon).map(state))
}

fn state(addon: Described) -> AddonState {
    let issues = addon.health.and_then(|health| health.issues).into_iter().flatten();
    let issue = |issue: aws_sdk_eks::types::AddonIssue| {
        let code = issue.code.map_or("issue".to_owned(), |code| code.as_str().to_owned());
        format!("{code}: {}", issue.message.unwrap_or_default())
    };
    let configuration = addon.configuration_values.unwrap_or_default();
    AddonState {
        name: addon.addon_name.unwrap_or_default(),
        arn: addon.addon_arn.unwrap_or_default(),
        status: addon.status.unwrap_or(AddonStatus::Creating),
        version: addon.addon_version.unwrap_or_default(),
        service_account_role: addon.service_account_role_arn,
        configuration: serde_json::from_str(&configuration).unwrap_or_default(),
        issues: issues.map(issue).collect(),
        tags: addon.tags.into_iter().flatten().collect(),
    }
}

/// What there is of every addon for a version of Kubernetes, in one paged call.
pub(crate) async fn versions(
    context: &Context,
    kubernetes: EksVersion,
) -> Result<BTreeMap<String, Versions>, AwsError> {
    let kubernetes = kubernetes.to_string();
    let call = context.clients.eks.describe_addon_versions().kubernetes_version(&kubernetes);
    let pages = call.into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked("look which addons there are")?;
    let mut versions = BTreeMap::new();
    for addon in all {
        let entry: &mut Versions =
            versions.entry(addon.addon_name.unwrap_or_default()).or_default();
        for version in addon.addon_versions.into_iter().flatten() {
            let Some(name) = version.addon_version else { continue };
            let for_this = version.compatibilities.into_iter().flatten().any(|one| {
                one.default_version && one.cluster_version.as_ref() == Some(&kubernetes)
            });
            if for_this {
                entry.default.get_or_insert_with(|| name.clone());
            }
            entry.all.push(name);
        }
    }
    Ok(versions)
}

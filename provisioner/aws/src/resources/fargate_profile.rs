//! Fargate profiles: which pods run without nodes.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_eks::types::{
    FargateProfile as Described, FargateProfileSelector, FargateProfileStatus,
};
use provisioner_spec::{FargateProfile as Spec, FargateSelector};

use crate::AwsError;
use crate::account::Account;
use crate::difference::{Difference, Kind};
use crate::error::{Asked as _, IfFound as _};
use crate::resource::{Removal, Resource};
use crate::spec_tags::Tags;
use crate::work::{Context, Look, Work};
use crate::{tags, targets};

const WITHIN: Duration = Duration::from_hours(1);

#[derive(Debug, Clone)]
pub(crate) struct ProfileState {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) status: FargateProfileStatus,
    /// As they are shown.
    pub(crate) selectors: Vec<String>,
    pub(crate) subnets: Vec<String>,
    pub(crate) role: String,
    pub(crate) issues: Vec<String>,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct FargateProfile {
    pub(crate) spec: Spec,
    /// Names of the subnets that are made; ids of those that exist.
    pub(crate) subnets: Vec<String>,
    /// The purpose and the name of the role that is made for pods.
    pub(crate) role_purpose: String,
    pub(crate) role_name: String,
    /// The route tables that lead out of its subnets.
    pub(crate) routes: Vec<String>,
    /// The profile before it: a cluster makes one at a time.
    pub(crate) previous: Option<String>,
    pub(crate) tags: Tags,
}

/// All profiles of the cluster, by name.
pub(crate) async fn find(context: &Context) -> Result<BTreeMap<String, ProfileState>, AwsError> {
    let call = context.clients.eks.list_fargate_profiles().cluster_name(context.names.cluster());
    let names = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let Some(names) = names.asked("look for Fargate profiles").if_found()? else {
        return Ok(BTreeMap::new());
    };
    let profiles = names.iter().map(|name| describe(context, name));
    let profiles = futures::future::try_join_all(profiles).await?;
    Ok(profiles.into_iter().flatten().map(|one| (one.name.clone(), one)).collect())
}

async fn describe(context: &Context, name: &str) -> Result<Option<ProfileState>, AwsError> {
    let call = context.clients.eks.describe_fargate_profile();
    let call = call.cluster_name(context.names.cluster()).fargate_profile_name(name);
    let answer = call.send().await.asked(format!("look at the Fargate profile {name}"));
    Ok(answer.if_found()?.and_then(|answer| answer.fargate_profile).map(state))
}

fn state(profile: Described) -> ProfileState {
    let issues = profile.health.and_then(|health| health.issues).into_iter().flatten();
    let issue = |issue: aws_sdk_eks::types::FargateProfileIssue| {
        let code = issue.code.map_or("issue".to_owned(), |code| code.as_str().to_owned());
        format!("{code}: {}", issue.message.unwrap_or_default())
    };
    let selector = |one: FargateProfileSelector| {
        let labels = one.labels.into_iter().flatten().collect();
        shown(&one.namespace.unwrap_or_default(), &labels)
    };
    ProfileState {
        name: profile.fargate_profile_name.unwrap_or_default(),
        arn: profile.fargate_profile_arn.unwrap_or_default(),
        status: profile.status.unwrap_or(FargateProfileStatus::Creating),
        selectors: profile.selectors.into_iter().flatten().map(selector).collect(),
        subnets: profile.subnets.unwrap_or_default(),
        role: profile.pod_execution_role_arn.unwrap_or_default(),
        issues: issues.map(issue).collect(),
        tags: profile.tags.into_iter().flatten().collect(),
    }
}

/// `namespace` or `namespace(key=value key=value)`.
fn shown(namespace: &str, labels: &Tags) -> String {
    if labels.is_empty() {
        return namespace.to_owned();
    }
    let labels: Vec<_> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("{namespace}({})", labels.join(" "))
}

#[async_trait::async_trait]
impl Resource for FargateProfile {
    fn target(&self) -> String {
        targets::fargate_profile(&self.spec.name)
    }

    fn after(&self, _: &Account) -> Vec<String> {
        let mut after = vec![targets::CLUSTER.to_owned(), targets::role(&self.role_purpose)];
        after.extend(self.routes.iter().map(|name| targets::route_table(name)));
        after.extend(self.previous.iter().map(|name| targets::fargate_profile(name)));
        after
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let role = account.role_arn(&self.spec.role, &self.role_name).ok();
        let Some(profile) = account.fargate_profiles.get(&self.spec.name) else {
            return Ok(Difference::create()
                .with("selectors", &self.selectors())
                .with("subnets", &self.subnets)
                .with("role", role.unwrap_or_else(|| self.role_name.clone()))
                .tags(&Tags::new(), &self.tags));
        };
        let named = |id: &String| account.subnet_name(id).unwrap_or_else(|| id.clone());
        let subnets: Vec<_> = profile.subnets.iter().map(named).collect();
        let difference = Difference::of_existing()
            .renewed("selectors", &profile.selectors, &self.selectors())
            .renewed("subnets", &subnets, &account.shown_subnets(&self.subnets))
            .renewed("role", &profile.role, role.unwrap_or_else(|| self.role_name.clone()));
        let is = profile.status.as_str();
        Ok(difference.field("status", is, "ACTIVE").tags(&profile.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let name = &self.spec.name;
        let existing = work.context.account().fargate_profiles.get(name).cloned();
        let existing = match existing {
            Some(profile) if must_go(work, &profile, difference) => {
                delete(work, &profile).await?;
                None
            }
            other => other,
        };
        match existing {
            None => self.create(work).await?,
            Some(profile) if difference.touches("tags") => {
                tags::set_eks(work.clients(), &profile.arn, &profile.tags, &self.tags).await?;
            }
            Some(_) => {}
        }
        let profile = active(work, name).await?;
        work.context.update(|account| drop(account.fargate_profiles.insert(name.clone(), profile)));
        Ok(())
    }
}

impl FargateProfile {
    fn selectors(&self) -> Vec<String> {
        let text = |one: &FargateSelector| shown(&one.namespace, &one.labels);
        self.spec.selectors.iter().map(text).collect()
    }

    async fn create(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let name = &self.spec.name;
        let (role, subnets) = {
            let account = work.context.account();
            let subnets: Result<Vec<_>, _> =
                self.subnets.iter().map(|name| account.subnet_id(name)).collect();
            (account.role_arn(&self.spec.role, &self.role_name)?, subnets?)
        };
        let selectors: Vec<_> = self.spec.selectors.iter().map(selector).collect();
        work.once_visible(async || {
            work.once_free(async || {
                let call = work.clients().eks.create_fargate_profile();
                let call = call
                    .cluster_name(work.names().cluster())
                    .fargate_profile_name(name)
                    .pod_execution_role_arn(&role)
                    .set_subnets(Some(subnets.clone()))
                    .set_selectors(Some(selectors.clone()))
                    .set_tags(Some(self.tags.clone().into_iter().collect()));
                let made = call.send().await.asked(format!("create the Fargate profile {name}"));
                match made {
                    // The same code says that another one is being made, or that this one is there.
                    Err(error) if error.is_already_there() => {
                        describe(work.context, name).await?.map(drop).ok_or(error)
                    }
                    other => other.map(drop),
                }
            })
            .await
        })
        .await
    }
}

/// One that is going anyway, that differs for good, or that has failed and is to be made anew.
fn must_go(work: &Work<'_>, profile: &ProfileState, difference: &Difference) -> bool {
    let has_failed = matches!(
        profile.status,
        FargateProfileStatus::CreateFailed | FargateProfileStatus::DeleteFailed
    );
    profile.status == FargateProfileStatus::Deleting
        || difference.kind == Kind::Renew
        || (has_failed && work.context.replace_failed)
}

fn selector(of: &FargateSelector) -> FargateProfileSelector {
    let labels = of.labels.clone().into_iter().collect();
    FargateProfileSelector::builder().namespace(&of.namespace).set_labels(Some(labels)).build()
}

/// Waits until pods can be started on it.
async fn active(work: &Work<'_>, name: &str) -> Result<ProfileState, AwsError> {
    let what = targets::fargate_profile(name);
    work.until(&what, WITHIN, async || {
        let Some(profile) = describe(work.context, name).await? else {
            return Ok(Look::NotYet("not seen yet".to_owned()));
        };
        match profile.status {
            FargateProfileStatus::Active => Ok(Look::Done(profile)),
            FargateProfileStatus::CreateFailed
            | FargateProfileStatus::DeleteFailed
            | FargateProfileStatus::Deleting => {
                let reason = reason(&profile);
                Err(AwsError::Broken { what: format!("make the {what}"), reason })
            }
            status => Ok(Look::NotYet(status.to_string())),
        }
    })
    .await
}

/// AWS's own words, where it says more than the state.
fn reason(profile: &ProfileState) -> String {
    if profile.issues.is_empty() { profile.status.to_string() } else { profile.issues.join("; ") }
}

/// Deletes it and waits until it is gone: its pods stop.
async fn delete(work: &Work<'_>, profile: &ProfileState) -> Result<(), AwsError> {
    let name = &profile.name;
    if profile.status != FargateProfileStatus::Deleting {
        work.once_free(async || {
            let call = work.clients().eks.delete_fargate_profile();
            let call = call.cluster_name(work.names().cluster()).fargate_profile_name(name);
            call.send().await.asked(format!("delete the Fargate profile {name}")).if_found()
        })
        .await?;
    }
    let what = targets::fargate_profile(name);
    work.until(&what, WITHIN, async || {
        let Some(left) = describe(work.context, name).await? else { return Ok(Look::Done(())) };
        if left.status == FargateProfileStatus::DeleteFailed {
            let reason = reason(&left);
            return Err(AwsError::Broken { what: format!("delete the {what}"), reason });
        }
        Ok(Look::NotYet(left.status.to_string()))
    })
    .await
}

#[derive(Debug)]
pub(crate) struct FargateProfileRemoval {
    pub(crate) profile: ProfileState,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for FargateProfileRemoval {
    fn target(&self) -> String {
        targets::fargate_profile(&self.profile.name)
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        let ProfileState { name, selectors, .. } = &self.profile;
        vec![format!("{name}, for pods of {}", selectors.join(", "))]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        delete(work, &self.profile).await
    }
}

//! Access entries: IAM principals that may use the Kubernetes API.

use std::collections::BTreeMap;

use aws_sdk_eks::types::{AccessScope, AccessScopeType};
use provisioner_spec::AccessEntry as Spec;

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::names::CLUSTER_TAG;
use crate::resource::{Removal, Resource};
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

#[derive(Debug, Clone)]
pub(crate) struct EntryState {
    pub(crate) principal: String,
    pub(crate) arn: String,
    pub(crate) kind: String,
    pub(crate) username: Option<String>,
    pub(crate) groups: Vec<String>,
    /// Names of policies, with the namespaces that they are for.
    pub(crate) policies: Tags,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct AccessEntry {
    pub(crate) spec: Spec,
    pub(crate) tags: Tags,
}

/// The entries of the spec, and those that are marked as ours.
pub(crate) async fn find(context: &Context) -> Result<BTreeMap<String, EntryState>, AwsError> {
    let call = context.clients.eks.list_access_entries().cluster_name(context.names.cluster());
    let principals = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let Some(principals) = principals.asked("look for access entries").if_found()? else {
        return Ok(BTreeMap::new());
    };
    let entries = principals.iter().map(|principal| describe(context, principal));
    let entries = futures::future::try_join_all(entries).await?;
    Ok(entries.into_iter().flatten().map(|entry| (entry.principal.clone(), entry)).collect())
}

async fn describe(context: &Context, principal: &str) -> Result<Option<EntryState>, AwsError> {
    let (eks, cluster) = (&context.clients.eks, context.names.cluster());
    let what = format!("look at the access entry of {principal}");
    let call = eks.describe_access_entry().cluster_name(cluster).principal_arn(principal);
    let entry = call.send().await.asked(&what).if_found()?.and_then(|answer| answer.access_entry);
    let Some(entry) = entry else { return Ok(None) };
    let call = eks.list_associated_access_policies().cluster_name(cluster).principal_arn(principal);
    let pages = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let policies = pages.asked(&what).if_found()?.unwrap_or_default();
    let policy = |policy: aws_sdk_eks::types::AssociatedAccessPolicy| {
        let arn = policy.policy_arn?;
        let scope = policy.access_scope.map_or("cluster".to_owned(), |scope| scope_text(&scope));
        Some((arn.rsplit('/').next()?.to_owned(), scope))
    };
    Ok(Some(EntryState {
        principal: principal.to_owned(),
        arn: entry.access_entry_arn.unwrap_or_default(),
        kind: entry.r#type.unwrap_or_default(),
        username: entry.username,
        groups: entry.kubernetes_groups.unwrap_or_default(),
        policies: policies.into_iter().filter_map(policy).collect(),
        tags: entry.tags.into_iter().flatten().collect(),
    }))
}

fn scope_text(scope: &AccessScope) -> String {
    let mut namespaces = scope.namespaces.clone().unwrap_or_default();
    namespaces.sort();
    if namespaces.is_empty() { "cluster".to_owned() } else { namespaces.join(", ") }
}

fn scope(namespaces: &[String]) -> AccessScope {
    let kind =
        if namespaces.is_empty() { AccessScopeType::Cluster } else { AccessScopeType::Namespace };
    let namespaces = (!namespaces.is_empty()).then(|| namespaces.to_vec());
    AccessScope::builder().r#type(kind).set_namespaces(namespaces).build()
}

fn policy_arn(account: &Account, name: &str) -> String {
    let (partition, _) = account.owner();
    format!("arn:{partition}:eks::aws:cluster-access-policy/{name}")
}

#[async_trait::async_trait]
impl Resource for AccessEntry {
    fn target(&self) -> String {
        targets::access_entry(&self.spec.principal)
    }

    fn after(&self, _: &Account) -> Vec<String> {
        vec![targets::CLUSTER.to_owned()]
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let spec = &self.spec;
        let Some(entry) = account.access_entries.get(&spec.principal) else {
            return Ok(Difference::create()
                .with("type", spec.kind.as_str())
                .with("username", spec.username.as_ref())
                .with("groups", &spec.groups)
                .map("policies", &Tags::new(), &self.policies())
                .tags(&Tags::new(), &self.tags));
        };
        // AWS derives a name where none is given.
        let username = spec.username.as_ref().or(entry.username.as_ref());
        Ok(Difference::of_existing()
            .fixed("type", &entry.kind, spec.kind.as_str())
            .field("username", entry.username.as_ref(), username)
            .field("groups", &entry.groups, &spec.groups)
            .map("policies", &entry.policies, &self.policies())
            .tags(&entry.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let principal = &self.spec.principal;
        let existing = work.context.account().access_entries.get(principal).cloned();
        let existing = match existing {
            // Of another type: AWS takes no change of it.
            Some(_) if difference.touches("type") => {
                delete(work, principal).await?;
                None
            }
            other => other,
        };
        match &existing {
            None => self.create(work).await?,
            Some(entry) => self.change(work, entry, difference).await?,
        }
        let is = existing.map(|entry| entry.policies).unwrap_or_default();
        self.set_policies(work, &is).await?;
        let entry = describe(work.context, principal).await?;
        work.context.update(|account| {
            account.access_entries.extend(entry.map(|entry| (principal.clone(), entry)));
        });
        Ok(())
    }
}

impl AccessEntry {
    fn policies(&self) -> Tags {
        let text = |policy: &provisioner_spec::AccessPolicy| {
            (policy.policy.clone(), scope_text(&scope(&policy.namespaces)))
        };
        self.spec.policies.iter().map(text).collect()
    }

    async fn create(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let spec = &self.spec;
        let made = work
            .once_visible(async || {
                let call = work.clients().eks.create_access_entry();
                let call = call
                    .cluster_name(work.names().cluster())
                    .principal_arn(&spec.principal)
                    .r#type(spec.kind.as_str())
                    .set_username(spec.username.clone())
                    .set_kubernetes_groups((!spec.groups.is_empty()).then(|| spec.groups.clone()))
                    .set_tags(Some(self.tags.clone().into_iter().collect()));
                call.send().await.asked(format!("let {} in", spec.principal))
            })
            .await;
        match made {
            Err(error) if error.is_already_there() => Ok(()),
            other => other.map(drop),
        }
    }

    async fn change(
        &self,
        work: &Work<'_>,
        entry: &EntryState,
        difference: &Difference,
    ) -> Result<(), AwsError> {
        if difference.touches("tags") {
            tags::set_eks(work.clients(), &entry.arn, &entry.tags, &self.tags).await?;
        }
        if difference.touches("username") || difference.touches("groups") {
            let call = work.clients().eks.update_access_entry();
            let call = call.cluster_name(work.names().cluster());
            let call = call.principal_arn(&self.spec.principal);
            let call = call.set_username(self.spec.username.clone());
            let call = call.set_kubernetes_groups(Some(self.spec.groups.clone()));
            call.send().await.asked(format!("change the entry of {}", self.spec.principal))?;
        }
        Ok(())
    }

    async fn set_policies(&self, work: &Work<'_>, is: &Tags) -> Result<(), AwsError> {
        let (eks, cluster) = (&work.clients().eks, work.names().cluster());
        let principal = &self.spec.principal;
        let wanted = self.policies();
        for policy in &self.spec.policies {
            if is.get(&policy.policy) == wanted.get(&policy.policy) {
                continue;
            }
            let arn = policy_arn(&work.context.account(), &policy.policy);
            work.once_visible(async || {
                let call = eks.associate_access_policy().cluster_name(cluster);
                let call = call.principal_arn(principal).policy_arn(&arn);
                let call = call.access_scope(scope(&policy.namespaces));
                call.send().await.asked(format!("give {principal} {}", policy.policy))
            })
            .await?;
        }
        for name in is.keys().filter(|name| !wanted.contains_key(*name)) {
            let arn = policy_arn(&work.context.account(), name);
            let call = eks.disassociate_access_policy().cluster_name(cluster);
            let call = call.principal_arn(principal).policy_arn(arn);
            call.send().await.asked(format!("take {name} from {principal}")).if_found()?;
        }
        Ok(())
    }
}

async fn delete(work: &Work<'_>, principal: &str) -> Result<(), AwsError> {
    let call = work.clients().eks.delete_access_entry().cluster_name(work.names().cluster());
    let call = call.principal_arn(principal);
    call.send().await.asked(format!("shut {principal} out")).if_found().map(drop)
}

/// Whether an entry was made for this cluster's spec.
pub(crate) fn is_ours(entry: &EntryState, cluster: &str) -> bool {
    entry.tags.get(CLUSTER_TAG).is_some_and(|owner| owner == cluster)
}

#[derive(Debug)]
pub(crate) struct AccessEntryRemoval {
    pub(crate) principal: String,
}

#[async_trait::async_trait]
impl Removal for AccessEntryRemoval {
    fn target(&self) -> String {
        targets::access_entry(&self.principal)
    }

    fn goes(&self) -> Vec<String> {
        vec![self.principal.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        delete(work, &self.principal).await
    }
}

//! Addons that EKS installs.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_eks::types::{
    Addon as Described, AddonPodIdentityAssociations, AddonStatus, ResolveConflicts,
};
use provisioner_spec::{AddonVersion, EksAddon, EksVersion};
use serde_json::Value;

use crate::AwsError;
use crate::account::Account;
use crate::difference::{Difference, Tags};
use crate::error::{Asked as _, IfFound as _};
use crate::resource::{Removal, Resource};
use crate::resources::node_group;
use crate::resources::update::{Of, ended};
use crate::work::{Context, Look, Work};
use crate::{tags, targets};

const WITHIN: Duration = Duration::from_mins(30);

/// Addons that run on every node, and are there before the nodes are: all others wait for nodes.
const ON_EVERY_NODE: [&str; 3] = ["eks-pod-identity-agent", "kube-proxy", "vpc-cni"];

/// The service accounts of addons that use AWS (as `DescribeAddonConfiguration` tells).
const SERVICE_ACCOUNTS: [(&str, &str); 7] = [
    ("amazon-cloudwatch-observability", "cloudwatch-agent"),
    ("aws-ebs-csi-driver", "ebs-csi-controller-sa"),
    ("aws-efs-csi-driver", "efs-csi-controller-sa"),
    ("aws-mountpoint-s3-csi-driver", "s3-csi-driver-sa"),
    ("external-dns", "external-dns"),
    ("snapshot-controller", "snapshot-controller"),
    ("vpc-cni", "aws-node"),
];

#[derive(Debug, Clone)]
pub(crate) struct AddonState {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) status: AddonStatus,
    pub(crate) version: String,
    pub(crate) service_account_role: Option<String>,
    pub(crate) configuration: Value,
    pub(crate) issues: Vec<String>,
    pub(crate) tags: Tags,
}

/// The versions of an addon for a version of Kubernetes, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Versions {
    pub(crate) all: Vec<String>,
    pub(crate) default: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Addon {
    pub(crate) name: String,
    pub(crate) spec: EksAddon,
    /// The purpose and the name of the role that is made for it.
    pub(crate) role: Option<(String, String)>,
    /// The node groups of the spec.
    pub(crate) node_groups: Vec<String>,
    /// Its Fargate profiles.
    pub(crate) fargate_profiles: Vec<String>,
    pub(crate) tags: Tags,
}

/// Whether it needs nodes to become ready.
pub(crate) fn needs_nodes(name: &str) -> bool {
    !ON_EVERY_NODE.contains(&name)
}

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

async fn describe(context: &Context, name: &str) -> Result<Option<AddonState>, AwsError> {
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

impl Versions {
    /// The version that is wanted. An installed one that goes with this version of Kubernetes, and is
    /// no older than the default one, stays.
    fn wanted(&self, wish: &AddonVersion, installed: Option<&str>) -> Option<String> {
        let default = self.default.as_ref().or(self.all.first());
        match wish {
            AddonVersion::Exact(version) => Some(version.clone()),
            AddonVersion::Latest => self.all.first().cloned(),
            AddonVersion::Default => {
                let place = |name: &str| self.all.iter().position(|version| version == name);
                let is_good = |installed: &&str| {
                    place(installed)
                        .is_some_and(|it| default.and_then(|one| place(one)) >= Some(it))
                };
                installed.filter(is_good).map(str::to_owned).or(default.cloned())
            }
        }
    }
}

#[async_trait::async_trait]
impl Resource for Addon {
    fn target(&self) -> String {
        targets::addon(&self.name)
    }

    fn after(&self, account: &Account) -> Vec<String> {
        let mut after = vec![targets::CLUSTER.to_owned()];
        after.extend(self.role.as_ref().map(|(purpose, _)| targets::role(purpose)));
        // With nodes, addons are updated first; without, these would never become ready.
        let has_nodes = |name: &String| !node_group::of_spec(account, name).is_empty();
        if needs_nodes(&self.name) {
            let new = self.node_groups.iter().filter(|name| !has_nodes(name));
            after.extend(new.map(|name| targets::node_group(name)));
            let has_profile = |name: &String| account.fargate_profiles.contains_key(name);
            let new = self.fargate_profiles.iter().filter(|name| !has_profile(name));
            after.extend(new.map(|name| targets::fargate_profile(name)));
        }
        after
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let installed = account.addons.get(&self.name);
        let version = self.version(account, installed)?;
        let role = self.spec.service_account_role.as_ref();
        let configuration = self.configuration();
        let Some(addon) = installed else {
            return Ok(Difference::create()
                .with("version", version)
                .with("serviceAccountRole", role)
                .with("podIdentity", self.role.as_ref().map(|(_, name)| name))
                .with("configuration", configuration)
                .tags(&Tags::new(), &self.tags));
        };
        let status = self.status(addon);
        let role_of_pods = self.role.as_ref().map(|(_, name)| name.as_str());
        let owned = account.pod_identities.values();
        let owned = owned.filter(|one| one.owner.as_ref() == Some(&addon.arn));
        let roles: Vec<_> = owned.map(|one| one.role_name().to_owned()).collect();
        let is = match &addon.configuration {
            Value::Object(map) if !map.is_empty() => Some(addon.configuration.to_string()),
            _ => None,
        };
        Ok(Difference::of_existing()
            .field("status", status, "ACTIVE")
            .field("version", &addon.version, version)
            .field("serviceAccountRole", addon.service_account_role.as_ref(), role)
            .field("podIdentity", &roles, role_of_pods)
            .field("configuration", is, configuration)
            .tags(&addon.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().addons.get(&self.name).cloned();
        let failed = |addon: &AddonState| {
            addon.status == AddonStatus::Deleting
                || (work.context.replace_failed
                    && matches!(
                        addon.status,
                        AddonStatus::CreateFailed
                            | AddonStatus::UpdateFailed
                            | AddonStatus::Degraded
                    ))
        };
        match existing {
            None => self.create(work).await?,
            Some(addon) if failed(&addon) => {
                delete(work, &self.name).await?;
                gone(work, &self.name).await?;
                self.create(work).await?;
            }
            Some(addon) => self.change(work, &addon, difference).await?,
        }
        let addon = self.ready(work).await?;
        work.context.update(|account| drop(account.addons.insert(self.name.clone(), addon)));
        Ok(())
    }
}

impl Addon {
    fn version(
        &self,
        account: &Account,
        installed: Option<&AddonState>,
    ) -> Result<String, AwsError> {
        let refuse = |why: String, hint: &str| AwsError::NotPossible {
            what: format!("choose a version of the addon {}", self.name),
            why,
            hint: hint.to_owned(),
        };
        if account.addon_versions.is_empty() {
            return Ok("as AWS has it for its version of Kubernetes".to_owned());
        }
        let Some(versions) = account.addon_versions.get(&self.name) else {
            let names: Vec<_> = account.addon_versions.keys().map(String::as_str).collect();
            return Err(refuse("EKS has no addon of that name".to_owned(), &names.join(", ")));
        };
        let installed = installed.map(|addon| addon.version.as_str());
        let Some(version) = versions.wanted(&self.spec.version, installed) else {
            return Err(refuse(
                "there is none for this version of Kubernetes".to_owned(),
                "leave it out",
            ));
        };
        if !versions.all.contains(&version) {
            let why = format!("{version} does not go with this version of Kubernetes");
            return Err(refuse(why, &format!("there are {}", versions.all.join(", "))));
        }
        Ok(version)
    }

    fn configuration(&self) -> Option<String> {
        let map = &self.spec.configuration;
        (!map.is_empty()).then(|| Value::Object(map.clone()).to_string())
    }

    /// Without nodes, what needs them is degraded, and that is all right.
    fn status(&self, addon: &AddonState) -> String {
        let is_fine = addon.status == AddonStatus::Active
            || (addon.status == AddonStatus::Degraded && self.may_be_degraded());
        if is_fine { "ACTIVE".to_owned() } else { addon.status.as_str().to_owned() }
    }

    fn may_be_degraded(&self) -> bool {
        needs_nodes(&self.name) && self.node_groups.is_empty()
    }

    fn service_account(&self) -> Result<&'static str, AwsError> {
        let found = SERVICE_ACCOUNTS.iter().find(|(name, _)| *name == self.name);
        found.map(|(_, account)| *account).ok_or_else(|| AwsError::NotPossible {
            what: format!("give the addon {} its policies", self.name),
            why: "its service account is not known here".to_owned(),
            hint: "name namespace and service account under eks.podIdentities instead".to_owned(),
        })
    }

    fn identities(&self, account: &Account) -> Result<Vec<AddonPodIdentityAssociations>, AwsError> {
        let Some((_, name)) = &self.role else { return Ok(Vec::new()) };
        let role = account.roles.get(name).ok_or_else(|| crate::unknown("role of an addon"))?;
        let association = AddonPodIdentityAssociations::builder()
            .service_account(self.service_account()?)
            .role_arn(&role.arn)
            .build();
        Ok(association.into_iter().collect())
    }

    async fn create(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let (version, identities) = {
            let account = work.context.account();
            (self.version(&account, None)?, self.identities(&account)?)
        };
        let made = work
            .once_visible(async || {
                let call = work.clients().eks.create_addon().cluster_name(work.names().cluster());
                let call = call
                    .addon_name(&self.name)
                    .addon_version(&version)
                    .set_service_account_role_arn(self.spec.service_account_role.clone())
                    .set_pod_identity_associations(
                        (!identities.is_empty()).then(|| identities.clone()),
                    )
                    .set_configuration_values(self.configuration())
                    .resolve_conflicts(ResolveConflicts::Overwrite)
                    .set_tags(Some(self.tags.clone().into_iter().collect()));
                call.send().await.asked(format!("install the addon {}", self.name))
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
        is: &AddonState,
        difference: &Difference,
    ) -> Result<(), AwsError> {
        if difference.touches("tags") {
            tags::set_eks(work.clients(), &is.arn, &self.tags).await?;
        }
        let of_update = ["version", "serviceAccountRole", "podIdentity", "configuration"];
        if !of_update.iter().any(|name| difference.touches(name)) {
            return Ok(());
        }
        let (version, identities) = {
            let account = work.context.account();
            (self.version(&account, Some(is))?, self.identities(&account)?)
        };
        let what = format!("update the addon {}", self.name);
        let update = work
            .once_free(async || {
                let call = work.clients().eks.update_addon().cluster_name(work.names().cluster());
                let call = call
                    .addon_name(&self.name)
                    .addon_version(&version)
                    .set_service_account_role_arn(self.spec.service_account_role.clone())
                    // An empty list takes them away (UpdateAddon).
                    .set_pod_identity_associations(
                        difference.touches("podIdentity").then(|| identities.clone()),
                    )
                    .configuration_values(self.configuration().unwrap_or_else(|| "{}".to_owned()))
                    .resolve_conflicts(ResolveConflicts::Preserve);
                Ok(call.send().await.asked(&what)?.update)
            })
            .await?;
        ended(work, &what, Of::Addon(&self.name), update).await
    }

    /// DEGRADED is on the way to ACTIVE while the first nodes come up: it fails only when it lasts.
    async fn ready(&self, work: &Work<'_>) -> Result<AddonState, AwsError> {
        let what = targets::addon(&self.name);
        work.until(&what, WITHIN, async || {
            let Some(addon) = describe(work.context, &self.name).await? else {
                return Ok(Look::NotYet("not seen yet".to_owned()));
            };
            let issues = addon.issues.join("; ");
            match addon.status {
                AddonStatus::Active => Ok(Look::Done(addon)),
                AddonStatus::Degraded if self.may_be_degraded() => Ok(Look::Done(addon)),
                AddonStatus::CreateFailed
                | AddonStatus::UpdateFailed
                | AddonStatus::DeleteFailed => {
                    let reason = if issues.is_empty() { addon.status.to_string() } else { issues };
                    Err(AwsError::Broken { what: format!("install the {what}"), reason })
                }
                _ if issues.is_empty() => Ok(Look::NotYet(addon.status.to_string())),
                _ => Ok(Look::NotYet(format!("{}: {issues}", addon.status))),
            }
        })
        .await
    }
}

async fn delete(work: &Work<'_>, name: &str) -> Result<(), AwsError> {
    work.once_free(async || {
        let call = work.clients().eks.delete_addon().cluster_name(work.names().cluster());
        let answer = call.addon_name(name).send().await;
        answer.asked(format!("remove the addon {name}")).if_found()
    })
    .await
    .map(drop)
}

async fn gone(work: &Work<'_>, name: &str) -> Result<(), AwsError> {
    work.until(&targets::addon(name), WITHIN, async || {
        Ok(match describe(work.context, name).await? {
            None => Look::Done(()),
            Some(addon) => Look::NotYet(addon.status.to_string()),
        })
    })
    .await
}

/// An addon that the spec no longer names.
#[derive(Debug)]
pub(crate) struct AddonRemoval {
    pub(crate) name: String,
}

#[async_trait::async_trait]
impl Removal for AddonRemoval {
    fn target(&self) -> String {
        targets::addon(&self.name)
    }

    fn goes(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        delete(work, &self.name).await?;
        gone(work, &self.name).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_version_stays_while_it_is_good() {
        let versions = Versions {
            all: ["v3", "v2", "v1"].map(str::to_owned).to_vec(),
            default: Some("v2".to_owned()),
        };
        let wanted = |wish, installed| versions.wanted(&wish, installed).unwrap();
        assert_eq!(wanted(AddonVersion::Default, None), "v2");
        assert_eq!(wanted(AddonVersion::Default, Some("v3")), "v3");
        assert_eq!(wanted(AddonVersion::Default, Some("v1")), "v2");
        assert_eq!(wanted(AddonVersion::Default, Some("v0")), "v2");
        assert_eq!(wanted(AddonVersion::Latest, Some("v2")), "v3");
        assert_eq!(wanted(AddonVersion::Exact("v1".to_owned()), Some("v2")), "v1");
    }
}

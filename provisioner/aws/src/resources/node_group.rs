//! Managed node groups.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_eks::types::{
    AmiTypes, CapacityTypes, LaunchTemplateSpecification, Nodegroup, NodegroupScalingConfig,
    NodegroupStatus, NodegroupUpdateConfig, Taint, TaintEffect, UpdateLabelsPayload,
    UpdateTaintsPayload,
};
use provisioner_spec::{AmiFamily, Architecture, EksVersion, IamRole, NodeGroup as Spec};

use crate::AwsError;
use crate::account::Account;
use crate::difference::{Difference, Kind, Tags};
use crate::error::{Asked as _, IfFound as _};
use crate::names::digest;
use crate::resource::{Removal, Resource};
use crate::resources::launch_template::LaunchTemplate;
use crate::resources::update::{Of, ended};
use crate::work::{Context, Look, Work};
use crate::{tags, targets};

const WITHIN: Duration = Duration::from_hours(1);
/// Says which group of the spec a group is: one that replaces another has a name of its own.
pub(crate) const GROUP_TAG: &str = "provisioner.dev/node-group";

#[derive(Debug, Clone)]
pub(crate) struct GroupState {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) status: NodegroupStatus,
    pub(crate) version: Option<EksVersion>,
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) desired: u32,
    pub(crate) instance_types: Vec<String>,
    pub(crate) spot: bool,
    pub(crate) ami: String,
    pub(crate) subnets: Vec<String>,
    pub(crate) role: String,
    pub(crate) template_version: Option<String>,
    pub(crate) labels: Tags,
    pub(crate) taints: Vec<String>,
    pub(crate) max_unavailable: u32,
    pub(crate) issues: Vec<String>,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct NodeGroup {
    pub(crate) spec: Spec,
    pub(crate) version: Option<EksVersion>,
    /// Names of the subnets that are made; ids of those that exist.
    pub(crate) subnets: Vec<String>,
    pub(crate) role: IamRole,
    pub(crate) role_name: String,
    /// The route tables that lead out of its subnets.
    pub(crate) routes: Vec<String>,
    /// The addons that nodes need to become ready.
    pub(crate) addons: Vec<String>,
    /// What its nodes are started with.
    pub(crate) template: Arc<LaunchTemplate>,
    pub(crate) tags: Tags,
}

/// All groups of the cluster, by their own names.
pub(crate) async fn find(context: &Context) -> Result<BTreeMap<String, GroupState>, AwsError> {
    let call = context.clients.eks.list_nodegroups().cluster_name(context.names.cluster());
    let names = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let Some(names) = names.asked("look for node groups").if_found()? else {
        return Ok(BTreeMap::new());
    };
    let groups = names.iter().map(|name| describe(context, name));
    let groups = futures::future::try_join_all(groups).await?;
    Ok(groups.into_iter().flatten().map(|group| (group.name.clone(), group)).collect())
}

async fn describe(context: &Context, name: &str) -> Result<Option<GroupState>, AwsError> {
    let call = context.clients.eks.describe_nodegroup().cluster_name(context.names.cluster());
    let answer = call.nodegroup_name(name).send().await;
    let answer = answer.asked(format!("look at the node group {name}")).if_found()?;
    Ok(answer.and_then(|answer| answer.nodegroup).map(state))
}

fn state(group: Nodegroup) -> GroupState {
    let sizes = group.scaling_config;
    let size =
        |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    let issues = group.health.and_then(|health| health.issues).into_iter().flatten();
    let issue = |issue: aws_sdk_eks::types::Issue| {
        let code = issue.code.map_or("issue".to_owned(), |code| code.as_str().to_owned());
        format!("{code}: {}", issue.message.unwrap_or_default())
    };
    let unavailable = group.update_config.and_then(|config| config.max_unavailable);
    GroupState {
        name: group.nodegroup_name.unwrap_or_default(),
        arn: group.nodegroup_arn.unwrap_or_default(),
        status: group.status.unwrap_or(NodegroupStatus::Creating),
        version: group.version.and_then(|version| version.parse().ok()),
        min: size(sizes.as_ref().and_then(|sizes| sizes.min_size)),
        max: size(sizes.as_ref().and_then(|sizes| sizes.max_size)),
        desired: size(sizes.as_ref().and_then(|sizes| sizes.desired_size)),
        instance_types: group.instance_types.unwrap_or_default(),
        spot: group.capacity_type == Some(CapacityTypes::Spot),
        ami: group.ami_type.map(|ami| ami.as_str().to_owned()).unwrap_or_default(),
        subnets: group.subnets.unwrap_or_default(),
        role: group.node_role.unwrap_or_default(),
        template_version: group.launch_template.and_then(|template| template.version),
        labels: group.labels.into_iter().flatten().collect(),
        taints: group.taints.into_iter().flatten().filter_map(|taint| taint_text(&taint)).collect(),
        max_unavailable: size(unavailable).max(1),
        issues: issues.map(issue).collect(),
        tags: group.tags.into_iter().flatten().collect(),
    }
}

fn taint_text(taint: &Taint) -> Option<String> {
    let value = taint.value.as_deref().unwrap_or_default();
    Some(format!("{}={value}:{}", taint.key.as_ref()?, taint.effect.as_ref()?.as_str()))
}

fn taint(taint: &provisioner_spec::Taint) -> Taint {
    let effect = match taint.effect {
        provisioner_spec::TaintEffect::NoSchedule => TaintEffect::NoSchedule,
        provisioner_spec::TaintEffect::PreferNoSchedule => TaintEffect::PreferNoSchedule,
        provisioner_spec::TaintEffect::NoExecute => TaintEffect::NoExecute,
    };
    Taint::builder().key(&taint.key).value(&taint.value).effect(effect).build()
}

/// AWS's word for operating system and processors.
fn ami_type(spec: &Spec) -> &'static str {
    match (spec.ami, spec.architecture()) {
        (AmiFamily::AmazonLinux2023, Architecture::X86) => "AL2023_x86_64_STANDARD",
        (AmiFamily::AmazonLinux2023, Architecture::Arm) => "AL2023_ARM_64_STANDARD",
        (AmiFamily::Bottlerocket, Architecture::X86) => "BOTTLEROCKET_x86_64",
        (AmiFamily::Bottlerocket, Architecture::Arm) => "BOTTLEROCKET_ARM_64",
    }
}

/// The groups that stand for a group of the spec: it, and those that it replaces.
pub(crate) fn of_spec<'a>(account: &'a Account, name: &str) -> Vec<&'a GroupState> {
    let is_it = |group: &&GroupState| match group.tags.get(GROUP_TAG) {
        Some(tag) => tag == name,
        None => group.name == name,
    };
    account.node_groups.values().filter(is_it).collect()
}

#[async_trait::async_trait]
impl Resource for NodeGroup {
    fn target(&self) -> String {
        targets::node_group(&self.spec.name)
    }

    /// A new cluster's groups start beside its addons; later, addons are updated before the nodes.
    fn after(&self, account: &Account) -> Vec<String> {
        let mut after = vec![
            targets::CLUSTER.to_owned(),
            targets::role("node"),
            targets::launch_template(&self.spec.name),
        ];
        after.extend(self.routes.iter().map(|name| targets::route_table(name)));
        if !of_spec(account, &self.spec.name).is_empty() {
            after.extend(self.addons.iter().map(|name| targets::addon(name)));
        }
        after
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let spec = &self.spec;
        let existing = of_spec(account, &spec.name);
        let Some(group) = self.best(account, &existing) else { return Ok(self.as_new()) };
        let difference = self.fixed(account, group, Difference::of_existing());
        let status =
            if group.status == NodegroupStatus::Active { "ACTIVE" } else { group.status.as_str() };
        let mut difference = difference
            .field("status", status, "ACTIVE")
            .field("min", group.min, spec.min)
            .field("max", group.max, spec.max)
            .field("maxUnavailable", group.max_unavailable, spec.max_unavailable)
            .map("labels", &group.labels, &spec.labels)
            .field("taints", &group.taints, &self.taints());
        let desired = self.desired(group.desired);
        difference = difference.field("desired", group.desired, desired);
        if let Some(version) = self.version.filter(|version| group.version < Some(*version)) {
            let is = group.version.map(|version| version.to_string());
            difference = difference.field("version", is, version.to_string());
        }
        if difference.kind != Kind::Replace {
            difference = self.template_difference(account, group, difference);
        }
        let surplus: Vec<_> = existing
            .iter()
            .filter(|other| other.name != group.name)
            .map(|other| other.name.clone())
            .collect();
        Ok(difference.field("replaced groups", &surplus, &Vec::new()).tags(&group.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let (best, wanted, others) = {
            let account = work.context.account();
            let existing = of_spec(&account, &self.spec.name);
            let best = self.best(&account, &existing).cloned();
            let is_wanted = |group: &GroupState| {
                self.fixed(&account, group, Difference::of_existing()).is_same()
                    && !Self::has_failed(group, work.context.replace_failed)
            };
            let wanted = best.clone().filter(|group| is_wanted(group));
            let others: Vec<_> = existing.into_iter().cloned().collect();
            (best, wanted, others)
        };
        let kept = match wanted {
            Some(group) => {
                self.change(work, &group, difference).await?;
                group.name
            }
            None => self.create(work, best.as_ref()).await?,
        };
        // New before old: only now the old one goes.
        for other in others.iter().filter(|other| other.name != kept) {
            delete(work, &other.name).await?;
            gone(work, &other.name).await?;
        }
        let state = active(work, &kept).await?;
        work.context.update(|account| {
            for other in others.iter().filter(|other| other.name != kept) {
                account.node_groups.remove(&other.name);
            }
            account.node_groups.insert(kept, state);
        });
        Ok(())
    }
}

impl NodeGroup {
    /// The group that is as wanted, or else the one to be changed or replaced.
    fn best<'a>(&self, account: &Account, existing: &[&'a GroupState]) -> Option<&'a GroupState> {
        let fits =
            |group: &&&GroupState| self.fixed(account, group, Difference::of_existing()).is_same();
        let live = |group: &&&GroupState| group.status != NodegroupStatus::Deleting;
        existing.iter().filter(live).find(fits).or(existing.first()).copied()
    }

    fn has_failed(group: &GroupState, replace: bool) -> bool {
        group.status == NodegroupStatus::Deleting
            || (replace
                && matches!(
                    group.status,
                    NodegroupStatus::CreateFailed | NodegroupStatus::Degraded
                ))
    }

    /// What a group keeps for life.
    fn fixed(&self, account: &Account, group: &GroupState, start: Difference) -> Difference {
        let capacity = |spot: bool| if spot { "spot" } else { "on demand" };
        let shown = |id: &String| account.subnet_name(id).unwrap_or_else(|| id.clone());
        let subnets: Vec<_> = group.subnets.iter().map(shown).collect();
        let role = account.role_arn(&self.role, &self.role_name).ok();
        start
            .fixed("instanceTypes", &group.instance_types, &self.spec.instance_types)
            .fixed("capacity", capacity(group.spot), capacity(self.spec.spot))
            .fixed("ami", &group.ami, ami_type(&self.spec))
            .fixed("subnets", &subnets, &self.subnets)
            .fixed("role", &group.role, role.unwrap_or_else(|| group.role.clone()))
    }

    fn as_new(&self) -> Difference {
        let spec = &self.spec;
        Difference::create()
            .with("instanceTypes", &spec.instance_types)
            .with("capacity", if spec.spot { "spot" } else { "on demand" })
            .with("ami", ami_type(spec))
            .with("subnets", &self.subnets)
            .with("min", spec.min)
            .with("max", spec.max)
            .with("desired", spec.desired)
            .with("maxUnavailable", spec.max_unavailable)
            .map("labels", &Tags::new(), &spec.labels)
            .with("taints", &self.taints())
            .tags(&Tags::new(), &self.tags)
    }

    fn taints(&self) -> Vec<String> {
        self.spec.taints.iter().filter_map(|one| taint_text(&taint(one))).collect()
    }

    /// The number of nodes is the autoscaler's, within what the spec allows.
    fn desired(&self, is: u32) -> u32 {
        if self.spec.hold_desired {
            self.spec.desired
        } else {
            is.clamp(self.spec.min, self.spec.max)
        }
    }

    /// Nodes started from an older version of the launch template are replaced one by one. A template
    /// that is yet to be changed will be a version further.
    fn template_difference(
        &self,
        account: &Account,
        group: &GroupState,
        difference: Difference,
    ) -> Difference {
        let Some(template) = account.templates.get(&self.spec.name) else {
            let is = group.template_version.clone();
            return difference.field("launchTemplate", is, "a new one");
        };
        let changes = self.template.difference(account).is_ok_and(|template| {
            template.fields.iter().any(|field| !field.name.starts_with("tags"))
        });
        let newest =
            if changes { "a new version".to_owned() } else { template.version.to_string() };
        difference.field("launchTemplate", group.template_version.clone(), newest)
    }

    fn template(&self, account: &Account) -> Result<LaunchTemplateSpecification, AwsError> {
        let template = account.templates.get(&self.spec.name);
        let template = template.ok_or_else(|| crate::unknown("launch template"))?;
        Ok(LaunchTemplateSpecification::builder()
            .id(&template.id)
            .version(template.version.to_string())
            .build())
    }

    /// Its own name, or one beside it while a group of that name is being replaced.
    fn free_name(&self, account: &Account) -> String {
        let name = &self.spec.name;
        if !account.node_groups.contains_key(name) {
            return name.clone();
        }
        let spec = &self.spec;
        let text = format!(
            "{:?} {} {} {:?} {:?}",
            spec.instance_types,
            spec.spot,
            ami_type(spec),
            self.subnets,
            account.role_arn(&self.role, &self.role_name).ok(),
        );
        let suffix = digest(&text);
        let most = 62 - suffix.len();
        format!("{}-{suffix}", &name[..name.len().min(most)])
    }

    /// A group that has failed goes first: it has the name, and no nodes to be missed.
    async fn create(
        &self,
        work: &Work<'_>,
        replaced: Option<&GroupState>,
    ) -> Result<String, AwsError> {
        if let Some(failed) =
            replaced.filter(|group| Self::has_failed(group, work.context.replace_failed))
        {
            if failed.status != NodegroupStatus::Deleting {
                delete(work, &failed.name).await?;
            }
            gone(work, &failed.name).await?;
            work.context.update(|account| drop(account.node_groups.remove(&failed.name)));
        }
        let (name, role, subnets, template) = {
            let account = work.context.account();
            let subnets: Result<Vec<_>, _> =
                self.subnets.iter().map(|name| account.subnet_id(name)).collect();
            let role = account.role_arn(&self.role, &self.role_name)?;
            (self.free_name(&account), role, subnets?, self.template(&account)?)
        };
        let spec = &self.spec;
        let desired = replaced.map_or(spec.desired, |old| old.desired.clamp(spec.min, spec.max));
        let capacity = if spec.spot { CapacityTypes::Spot } else { CapacityTypes::OnDemand };
        let taints: Vec<_> = spec.taints.iter().map(taint).collect();
        let made = work
            .once_visible(async || {
                let call = work.clients().eks.create_nodegroup();
                let call = call
                    .cluster_name(work.names().cluster())
                    .nodegroup_name(&name)
                    .node_role(&role)
                    .set_subnets(Some(subnets.clone()))
                    .set_instance_types(Some(spec.instance_types.clone()))
                    .capacity_type(capacity.clone())
                    .ami_type(AmiTypes::from(ami_type(spec)))
                    .scaling_config(scaling(spec.min, spec.max, desired))
                    .update_config(update_config(spec.max_unavailable))
                    .set_labels(Some(spec.labels.clone().into_iter().collect()))
                    .set_taints((!taints.is_empty()).then(|| taints.clone()))
                    .launch_template(template.clone())
                    .set_version(self.version.map(|version| version.to_string()))
                    .set_tags(Some(self.tags.clone().into_iter().collect()));
                call.send().await.asked(format!("create the node group {name}"))
            })
            .await;
        match made {
            Err(error) if error.is_already_there() => {}
            other => drop(other?),
        }
        active(work, &name).await?;
        Ok(name)
    }

    async fn change(
        &self,
        work: &Work<'_>,
        is: &GroupState,
        difference: &Difference,
    ) -> Result<(), AwsError> {
        if is.status != NodegroupStatus::Active && is.status != NodegroupStatus::Degraded {
            active(work, &is.name).await?;
        }
        if difference.touches("tags") {
            tags::set_eks(work.clients(), &is.arn, &self.tags).await?;
        }
        let of_config = ["min", "max", "desired", "labels", "taints", "maxUnavailable"];
        if of_config.iter().any(|name| difference.touches(name)) {
            self.change_config(work, is).await?;
        }
        let template = self.template(&work.context.account())?;
        let newer = self.version.filter(|version| is.version < Some(*version));
        if newer.is_some() || is.template_version != template.version {
            let what = format!("renew the nodes of {}", is.name);
            let update = work
                .once_free(async || {
                    let call = work.clients().eks.update_nodegroup_version();
                    let call = call.cluster_name(work.names().cluster()).nodegroup_name(&is.name);
                    let call = call.launch_template(template.clone());
                    let call = call.set_version(newer.map(|version| version.to_string()));
                    Ok(call.send().await.asked(&what)?.update)
                })
                .await?;
            ended(work, &what, Of::NodeGroup(&is.name), update).await?;
        }
        Ok(())
    }

    async fn change_config(&self, work: &Work<'_>, is: &GroupState) -> Result<(), AwsError> {
        let spec = &self.spec;
        let gone = |key: &&String| !spec.labels.contains_key(*key);
        let removed: Vec<_> = is.labels.keys().filter(gone).cloned().collect();
        let labels = UpdateLabelsPayload::builder()
            .set_add_or_update_labels(Some(spec.labels.clone().into_iter().collect()))
            .set_remove_labels((!removed.is_empty()).then_some(removed))
            .build();
        let what = format!("change the node group {}", is.name);
        let update = work
            .once_free(async || {
                let call = work.clients().eks.update_nodegroup_config();
                let call = call
                    .cluster_name(work.names().cluster())
                    .nodegroup_name(&is.name)
                    .scaling_config(scaling(spec.min, spec.max, self.desired(is.desired)))
                    .update_config(update_config(spec.max_unavailable))
                    .labels(labels.clone())
                    .set_taints(self.changed_taints(is));
                Ok(call.send().await.asked(&what)?.update)
            })
            .await?;
        ended(work, &what, Of::NodeGroup(&is.name), update).await
    }

    fn changed_taints(&self, is: &GroupState) -> Option<UpdateTaintsPayload> {
        let wanted = self.taints();
        let removed = is.taints.iter().filter(|text| !wanted.contains(text));
        let removed: Vec<_> = removed.filter_map(|text| parsed_taint(text)).collect();
        let added: Vec<_> = self.spec.taints.iter().map(taint).collect();
        let added: Vec<_> = added
            .into_iter()
            .filter(|one| taint_text(one).is_some_and(|text| !is.taints.contains(&text)))
            .collect();
        (!removed.is_empty() || !added.is_empty()).then(|| {
            UpdateTaintsPayload::builder()
                .set_add_or_update_taints((!added.is_empty()).then_some(added))
                .set_remove_taints((!removed.is_empty()).then_some(removed))
                .build()
        })
    }
}

/// The reverse of `taint_text`.
fn parsed_taint(text: &str) -> Option<Taint> {
    let (rest, effect) = text.rsplit_once(':')?;
    let (key, value) = rest.split_once('=')?;
    Some(Taint::builder().key(key).value(value).effect(TaintEffect::from(effect)).build())
}

fn scaling(min: u32, max: u32, desired: u32) -> NodegroupScalingConfig {
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    NodegroupScalingConfig::builder()
        .min_size(number(min))
        .max_size(number(max))
        .desired_size(number(desired))
        .build()
}

fn update_config(max_unavailable: u32) -> NodegroupUpdateConfig {
    let number = i32::try_from(max_unavailable).unwrap_or(i32::MAX);
    NodegroupUpdateConfig::builder().max_unavailable(number).build()
}

/// Sets the number of nodes of a group.
pub(crate) async fn scale(
    work: &Work<'_>,
    group: &GroupState,
    desired: u32,
) -> Result<(), AwsError> {
    let what = format!("scale the node group {} to {desired}", group.name);
    let update = work
        .once_free(async || {
            let call = work.clients().eks.update_nodegroup_config();
            let call = call.cluster_name(work.names().cluster()).nodegroup_name(&group.name);
            let call = call.scaling_config(scaling(group.min, group.max, desired));
            Ok(call.send().await.asked(&what)?.update)
        })
        .await?;
    ended(work, &what, Of::NodeGroup(&group.name), update).await
}

/// Waits until the nodes are there. A waiter of the SDK would lose AWS's reason.
async fn active(work: &Work<'_>, name: &str) -> Result<GroupState, AwsError> {
    let what = targets::node_group(name);
    work.until(&what, WITHIN, async || {
        let Some(group) = describe(work.context, name).await? else {
            return Ok(Look::NotYet("not seen yet".to_owned()));
        };
        let reason = || {
            if group.issues.is_empty() { group.status.to_string() } else { group.issues.join("; ") }
        };
        match group.status {
            NodegroupStatus::Active => Ok(Look::Done(group)),
            NodegroupStatus::CreateFailed
            | NodegroupStatus::DeleteFailed
            | NodegroupStatus::Degraded
            | NodegroupStatus::Deleting => {
                Err(AwsError::Broken { what: format!("make the {what}"), reason: reason() })
            }
            _ if group.issues.is_empty() => Ok(Look::NotYet(group.status.to_string())),
            _ => Ok(Look::NotYet(format!("{}: {}", group.status, reason()))),
        }
    })
    .await
}

pub(crate) async fn delete(work: &Work<'_>, name: &str) -> Result<(), AwsError> {
    work.once_free(async || {
        let call = work.clients().eks.delete_nodegroup().cluster_name(work.names().cluster());
        let call = call.nodegroup_name(name);
        call.send().await.asked(format!("delete the node group {name}")).if_found()
    })
    .await
    .map(drop)
}

async fn gone(work: &Work<'_>, name: &str) -> Result<(), AwsError> {
    let what = targets::node_group(name);
    work.until(&what, WITHIN, async || {
        let Some(group) = describe(work.context, name).await? else { return Ok(Look::Done(())) };
        if group.status == NodegroupStatus::DeleteFailed {
            let reason = group.issues.join("; ");
            return Err(AwsError::Broken { what: format!("delete the {what}"), reason });
        }
        Ok(Look::NotYet(group.status.to_string()))
    })
    .await
}

#[derive(Debug)]
pub(crate) struct NodeGroupRemoval {
    pub(crate) group: GroupState,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for NodeGroupRemoval {
    fn target(&self) -> String {
        targets::node_group(&self.group.name)
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        let group = &self.group;
        vec![format!("{}, {} nodes", group.name, group.desired)]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        if self.group.status != NodegroupStatus::Deleting {
            delete(work, &self.group.name).await?;
        }
        gone(work, &self.group.name).await
    }
}

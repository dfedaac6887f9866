//! Security groups: of the control plane, whose API whoever is in the VPC reaches; and of nodes that are reached by SSH.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{IpPermission, ResourceType};
use provisioner_spec::NetworkSource;

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::names::{CLUSTER_TAG, RESOURCE_TAG};
use crate::ownership::{is_ours, not_ours};
use crate::resource::{Removal, Resource};
use crate::resources::security_group_rules::{self, Rules, allowing, texts};
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

/// What tells the tag of a node group's from others.
const SSH: &str = "ssh-";

#[derive(Debug, Clone)]
pub(crate) struct SecurityGroupState {
    pub(crate) id: String,
    /// Who reaches what.
    pub(crate) rules: Rules,
    pub(crate) is_ours: bool,
    pub(crate) tags: Tags,
}

/// What a security group is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The API of the control plane.
    ControlPlane,
    /// SSH to the nodes of a group of the spec.
    Ssh(String),
}

#[derive(Debug)]
pub(crate) struct SecurityGroup {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// From where it lets in; for anybody else, the spec names groups.
    pub(crate) sources: Vec<NetworkSource>,
    pub(crate) tags: Tags,
}

/// Those with our names in a VPC.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) control_plane: Option<SecurityGroupState>,
    /// By the node groups of the spec.
    pub(crate) ssh: BTreeMap<String, SecurityGroupState>,
}

/// Looks for them. Those of node groups that the spec no longer has are known by their tags, or, where these are lost,
/// by launch templates that have them.
pub(crate) async fn find(
    context: &Context,
    account: &Account,
    vpc: &str,
) -> Result<Found, AwsError> {
    let names = &context.names;
    let call = context.clients.ec2.describe_security_groups().filters(tags::filter("vpc-id", vpc));
    let call = call.filters(tags::filter("group-name", names.security_groups()));
    let pages = call.into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked("look for security groups")?;
    let wanted = context.cluster.eks.node_groups.iter().filter(|group| !group.ssh_from.is_empty());
    let wanted: BTreeSet<_> = wanted.map(|group| &group.name).collect();
    let known: BTreeSet<_> = wanted.iter().copied().chain(account.templates.keys()).collect();
    let mut found = Found::default();
    for group in all {
        let name = group.group_name.clone().unwrap_or_default();
        let state = state(context, account, group);
        if name == names.security_group() {
            found.control_plane = Some(state);
            continue;
        }
        let tag = state.tags.get(RESOURCE_TAG).filter(|_| is_ours(&state.tags, names));
        let by_tag = tag.and_then(|tag| tag.strip_prefix(SSH)).map(str::to_owned);
        let by_name = || known.iter().find(|group| names.ssh_group(group) == name);
        let of = by_tag.or_else(|| by_name().copied().cloned());
        if let Some(of) = of.filter(|of| state.is_ours || wanted.contains(of)) {
            found.ssh.insert(of, state);
        }
    }
    Ok(found)
}

/// It was made for the cluster where its tag says so, or, when that is lost, where something of ours has it and the
/// spec does not name it.
fn state(
    context: &Context,
    account: &Account,
    group: aws_sdk_ec2::types::SecurityGroup,
) -> SecurityGroupState {
    let (id, tags) = (group.group_id.unwrap_or_default(), tags::from_ec2(group.tags));
    let of_cluster = account.cluster.iter().flat_map(|cluster| &cluster.security_groups);
    let templates = account.templates.values();
    let of_templates = templates.flat_map(|template| &template.content.security_groups);
    let is_used = of_cluster.chain(of_templates).any(|used| *used == id);
    let has_lost_its_tag = is_used
        && !tags.contains_key(CLUSTER_TAG)
        && !context.cluster.eks.named_security_groups().contains(&id);
    SecurityGroupState {
        rules: security_group_rules::of(&group.ip_permissions.unwrap_or_default()),
        is_ours: has_lost_its_tag || is_ours(&tags, &context.names),
        id,
        tags,
    }
}

#[async_trait::async_trait]
impl Resource for SecurityGroup {
    fn target(&self) -> String {
        match &self.kind {
            Kind::ControlPlane => targets::SECURITY_GROUP.to_owned(),
            Kind::Ssh(group) => targets::ssh_group(group),
        }
    }

    fn after(&self, _: &Account) -> Vec<String> {
        vec![targets::VPC.to_owned()]
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let Some(group) = self.existing(account) else {
            let source = account.vpc.as_ref().map_or("the VPC", |vpc| &vpc.cidr);
            let new = Difference::create().with("name", &self.name);
            return Ok(new
                .set("rule", &BTreeSet::new(), &texts(&self.rules(source)))
                .tags(&Tags::new(), &self.tags));
        };
        refuse_others(group)?;
        Ok(Difference::of_existing()
            .set("rule", &texts(&group.rules), &texts(&self.wanted(account)))
            .tags(&group.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, _: &Difference) -> Result<(), AwsError> {
        let (vpc, wanted, existing) = {
            let account = work.context.account();
            (account.vpc_id()?, self.wanted(&account), self.existing(&account).cloned())
        };
        let mut group = match existing {
            Some(group) => group,
            None => self.create(work, &vpc).await?,
        };
        tags::set_ec2(work.clients(), &group.id, &group.tags, &self.tags).await?;
        for (text, rule) in wanted.iter().filter(|(text, _)| !group.rules.contains_key(*text)) {
            allow(work, &group.id, text, rule).await?;
        }
        for (text, rule) in group.rules.iter().filter(|(text, _)| !wanted.contains_key(*text)) {
            forbid(work, &group.id, text, rule).await?;
        }
        group.rules = wanted;
        group.tags.extend(self.tags.clone());
        work.context.update(|account| match &self.kind {
            Kind::ControlPlane => account.security_group = Some(group),
            Kind::Ssh(of) => drop(account.ssh_groups.insert(of.clone(), group)),
        });
        Ok(())
    }
}

/// A group of that name that belongs to somebody else is not touched.
fn refuse_others(group: &SecurityGroupState) -> Result<(), AwsError> {
    if group.is_ours {
        return Ok(());
    }
    Err(not_ours(format!("the security group {}", group.id), &group.tags))
}

impl Kind {
    fn port(&self) -> i32 {
        match self {
            Self::ControlPlane => 443,
            Self::Ssh(_) => 22,
        }
    }

    /// Where the spec says who is let in.
    fn key(&self) -> &'static str {
        match self {
            Self::ControlPlane => "privateCidrs",
            Self::Ssh(_) => "sshFrom",
        }
    }

    fn description(&self) -> &'static str {
        match self {
            Self::ControlPlane => "The control plane of an EKS cluster",
            Self::Ssh(_) => "SSH to nodes of an EKS cluster",
        }
    }
}

impl SecurityGroup {
    fn existing<'a>(&self, account: &'a Account) -> Option<&'a SecurityGroupState> {
        match &self.kind {
            Kind::ControlPlane => account.security_group.as_ref(),
            Kind::Ssh(group) => account.ssh_groups.get(group),
        }
    }

    fn wanted(&self, account: &Account) -> Rules {
        account.vpc.as_ref().map(|vpc| self.rules(&vpc.cidr)).unwrap_or_default()
    }

    fn rules(&self, vpc: &str) -> Rules {
        let (port, key) = (self.kind.port(), self.kind.key());
        self.sources.iter().flat_map(|source| allowing(port, source, vpc, key)).collect()
    }

    /// Two groups of a VPC cannot have one name: a lost answer shows as a duplicate.
    async fn create(&self, work: &Work<'_>, vpc: &str) -> Result<SecurityGroupState, AwsError> {
        let specification = tags::specification(ResourceType::SecurityGroup, &self.tags);
        let made = work
            .once_visible(async || {
                let call = work.clients().ec2.create_security_group().group_name(&self.name);
                let call = call.vpc_id(vpc).description(self.kind.description());
                let call = call.tag_specifications(specification.clone());
                call.send().await.asked("create the security group")
            })
            .await;
        match made {
            Ok(answer) => Ok(SecurityGroupState {
                id: answer.group_id.unwrap_or_default(),
                rules: Rules::new(),
                is_ours: true,
                tags: self.tags.clone(),
            }),
            Err(error) if error.is_already_there() => {
                let account = work.context.account().clone();
                let mut found = find(work.context, &account, vpc).await?;
                let group = match &self.kind {
                    Kind::ControlPlane => found.control_plane,
                    Kind::Ssh(group) => found.ssh.remove(group),
                };
                let group = group.ok_or(error)?;
                refuse_others(&group)?;
                Ok(group)
            }
            Err(error) => Err(error),
        }
    }
}

async fn allow(
    work: &Work<'_>,
    group: &str,
    text: &str,
    rule: &IpPermission,
) -> Result<(), AwsError> {
    let allowed = work
        .once_visible(async || {
            let call = work.clients().ec2.authorize_security_group_ingress();
            let call = call.group_id(group).ip_permissions(rule.clone());
            call.send().await.asked(format!("allow {text} in {group}"))
        })
        .await;
    match allowed {
        Err(error) if error.is_already_there() => Ok(()),
        other => other.map(drop),
    }
}

async fn forbid(
    work: &Work<'_>,
    group: &str,
    text: &str,
    rule: &IpPermission,
) -> Result<(), AwsError> {
    let call = work.clients().ec2.revoke_security_group_ingress();
    let call = call.group_id(group).ip_permissions(rule.clone());
    call.send().await.asked(format!("take back {text} in {group}")).if_found().map(drop)
}

/// A group goes when no network interface has it and no other group's rule names it.
#[derive(Debug)]
pub(crate) struct SecurityGroupRemoval {
    pub(crate) target: String,
    pub(crate) id: String,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for SecurityGroupRemoval {
    fn target(&self) -> String {
        self.target.clone()
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.id.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        crate::resources::network_interface::remove_leaked(work, "group-id", &self.id).await?;
        revoke_references(work, &self.id).await?;
        work.once_free(async || {
            let call = work.clients().ec2.delete_security_group().group_id(&self.id);
            call.send().await.asked(format!("delete the security group {}", self.id)).if_found()
        })
        .await
        .map(drop)
    }
}

/// Rules of other groups that name this one are taken back: they mean nothing without it.
async fn revoke_references(work: &Work<'_>, id: &str) -> Result<(), AwsError> {
    let ec2 = &work.clients().ec2;
    let call = ec2.describe_security_groups().filters(tags::filter("ip-permission.group-id", id));
    let answer = call.send().await.asked(format!("look who names {id}"))?;
    for group in answer.security_groups.into_iter().flatten() {
        let rules = group.ip_permissions.into_iter().flatten().filter_map(|rule| naming(rule, id));
        let rules: Vec<_> = rules.collect();
        if !rules.is_empty() {
            let call = ec2.revoke_security_group_ingress().set_group_id(group.group_id);
            let call = call.set_ip_permissions(Some(rules));
            call.send().await.asked(format!("take back a rule that names {id}")).if_found()?;
        }
    }
    Ok(())
}

/// The part of a rule that names the group.
fn naming(rule: IpPermission, id: &str) -> Option<IpPermission> {
    let pairs = rule.user_id_group_pairs.into_iter().flatten();
    let pairs: Vec<_> = pairs.filter(|pair| pair.group_id.as_deref() == Some(id)).collect();
    (!pairs.is_empty()).then(|| {
        IpPermission::builder()
            .set_ip_protocol(rule.ip_protocol)
            .set_from_port(rule.from_port)
            .set_to_port(rule.to_port)
            .set_user_id_group_pairs(Some(pairs))
            .build()
    })
}

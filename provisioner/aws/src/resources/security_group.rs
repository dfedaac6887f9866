//! The security group of the control plane: whoever is in the VPC reaches the API.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{IpPermission, ResourceType};

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::names::CLUSTER_TAG;
use crate::ownership::{is_ours, not_ours};
use crate::resource::{Removal, Resource};
use crate::resources::cluster::ClusterState;
use crate::resources::security_group_rules::{self, Rules, api_from, texts};
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

#[derive(Debug, Clone)]
pub(crate) struct SecurityGroupState {
    pub(crate) id: String,
    /// Who reaches what.
    pub(crate) rules: Rules,
    pub(crate) is_ours: bool,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct SecurityGroup {
    pub(crate) name: String,
    /// Those from which the API is reached beside the VPC.
    pub(crate) ranges: Vec<String>,
    pub(crate) tags: Tags,
}

/// The group of that name in the VPC. It was made for the cluster where its tag says so, or, when that is lost,
/// where the cluster has it and the spec does not name it.
pub(crate) async fn find(
    context: &Context,
    cluster: Option<&ClusterState>,
    vpc: &str,
) -> Result<Option<SecurityGroupState>, AwsError> {
    let call = context.clients.ec2.describe_security_groups().filters(tags::filter("vpc-id", vpc));
    let call = call.filters(tags::filter("group-name", context.names.security_group()));
    let answer = call.send().await.asked("look for the security group")?;
    let Some(group) = answer.security_groups.into_iter().flatten().next() else { return Ok(None) };
    let (id, tags) = (group.group_id.unwrap_or_default(), tags::from_ec2(group.tags));
    let cluster_has_it = cluster.is_some_and(|cluster| cluster.security_groups.contains(&id));
    let has_lost_its_tag = cluster_has_it
        && !tags.contains_key(CLUSTER_TAG)
        && !context.cluster.eks.vpc.security_groups.contains(&id);
    Ok(Some(SecurityGroupState {
        rules: security_group_rules::of(&group.ip_permissions.unwrap_or_default()),
        is_ours: has_lost_its_tag || is_ours(&tags, &context.names),
        id,
        tags,
    }))
}

#[async_trait::async_trait]
impl Resource for SecurityGroup {
    fn target(&self) -> String {
        targets::SECURITY_GROUP.to_owned()
    }

    fn after(&self, _: &Account) -> Vec<String> {
        vec![targets::VPC.to_owned()]
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let Some(group) = &account.security_group else {
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
            (account.vpc_id()?, self.wanted(&account), account.security_group.clone())
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
        work.context.update(|account| account.security_group = Some(group));
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

impl SecurityGroup {
    fn wanted(&self, account: &Account) -> Rules {
        account.vpc.as_ref().map(|vpc| self.rules(&vpc.cidr)).unwrap_or_default()
    }

    /// Whoever is in the VPC or a range of the spec reaches the API; for anybody else, the spec names groups.
    fn rules(&self, vpc: &str) -> Rules {
        let further = self.ranges.iter().flat_map(|range| api_from(range, "privateCidrs"));
        further.chain(api_from(vpc, "the VPC")).collect()
    }

    /// Two groups of a VPC cannot have one name: a lost answer shows as a duplicate.
    async fn create(&self, work: &Work<'_>, vpc: &str) -> Result<SecurityGroupState, AwsError> {
        let specification = tags::specification(ResourceType::SecurityGroup, &self.tags);
        let made = work
            .once_visible(async || {
                let call = work.clients().ec2.create_security_group().group_name(&self.name);
                let call = call.vpc_id(vpc).description("The control plane of an EKS cluster");
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
                let cluster = work.context.account().cluster.clone();
                let group = find(work.context, cluster.as_ref(), vpc).await?.ok_or(error)?;
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

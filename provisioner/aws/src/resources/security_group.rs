//! The security group of the control plane: whoever is in the VPC reaches the API.

use aws_sdk_ec2::types::{IpPermission, IpRange, ResourceType, SecurityGroup as Described};

use crate::AwsError;
use crate::account::Account;
use crate::difference::{Difference, Tags};
use crate::error::{Asked as _, IfFound as _};
use crate::resource::{Removal, Resource};
use crate::work::{Context, Work};
use crate::{tags, targets};

const API_PORT: i32 = 443;

#[derive(Debug, Clone)]
pub(crate) struct SecurityGroupState {
    pub(crate) id: String,
    /// The ranges from which the API is reached.
    pub(crate) sources: Vec<String>,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct SecurityGroup {
    pub(crate) name: String,
    pub(crate) tags: Tags,
}

/// The group of that name in the VPC.
pub(crate) async fn find(
    context: &Context,
    vpc: &str,
) -> Result<Option<SecurityGroupState>, AwsError> {
    let call = context.clients.ec2.describe_security_groups().filters(tags::filter("vpc-id", vpc));
    let call = call.filters(tags::filter("group-name", context.names.security_group()));
    let answer = call.send().await.asked("look for the security group")?;
    Ok(answer.security_groups.into_iter().flatten().next().and_then(state))
}

fn state(group: Described) -> Option<SecurityGroupState> {
    let rules = group.ip_permissions.into_iter().flatten();
    let api =
        rules.filter(|rule| rule.from_port == Some(API_PORT) && rule.to_port == Some(API_PORT));
    let ranges = api.flat_map(|rule| rule.ip_ranges.unwrap_or_default());
    Some(SecurityGroupState {
        id: group.group_id?,
        sources: ranges.filter_map(|range| range.cidr_ip).collect(),
        tags: tags::from_ec2(group.tags),
    })
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
        let source = account.vpc.as_ref().map(|vpc| vpc.cidr.clone());
        let Some(group) = &account.security_group else {
            return Ok(Difference::create()
                .with("name", &self.name)
                .with("443/tcp", source.unwrap_or_else(|| "the VPC".to_owned()))
                .tags(&Tags::new(), &self.tags));
        };
        // Rules for others are left alone.
        let is = group.sources.iter().find(|range| Some(*range) == source.as_ref());
        Ok(Difference::of_existing().field("443/tcp", is, source).tags(&group.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let (vpc, source) = {
            let account = work.context.account();
            let cidr = account.vpc.as_ref().map(|vpc| vpc.cidr.clone());
            (account.vpc_id()?, cidr.unwrap_or_default())
        };
        let existing = work.context.account().security_group.clone();
        let mut group = match existing {
            Some(group) => {
                if difference.touches("tags") {
                    tags::set_ec2(work.clients(), &group.id, &self.tags).await?;
                }
                group
            }
            None => self.create(work, &vpc).await?,
        };
        if !group.sources.contains(&source) {
            allow(work, &group.id, &source).await?;
            group.sources.push(source);
        }
        group.tags.extend(self.tags.clone());
        work.context.update(|account| account.security_group = Some(group));
        Ok(())
    }
}

impl SecurityGroup {
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
                sources: Vec::new(),
                tags: self.tags.clone(),
            }),
            Err(error) if error.is_already_there() => find(work.context, vpc).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }
}

async fn allow(work: &Work<'_>, group: &str, source: &str) -> Result<(), AwsError> {
    let range = IpRange::builder().cidr_ip(source).description("the VPC").build();
    let rule = IpPermission::builder().ip_protocol("tcp").from_port(API_PORT).to_port(API_PORT);
    let rule = rule.ip_ranges(range).build();
    let allowed = work
        .once_visible(async || {
            let call = work.clients().ec2.authorize_security_group_ingress();
            let call = call.group_id(group).ip_permissions(rule.clone());
            call.send().await.asked(format!("let {source} reach the API"))
        })
        .await;
    match allowed {
        Err(error) if error.is_already_there() => Ok(()),
        other => other.map(drop),
    }
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

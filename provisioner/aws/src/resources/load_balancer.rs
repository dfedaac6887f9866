//! What Services and Ingresses have left behind: load balancers, target groups, security groups.
//!
//! They are known by the tags that their controllers give them, so that they are found whether the
//! Kubernetes API is reached or not. They go after the control plane, which would make them anew.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::AwsError;
use crate::error::{Asked as _, IfFound as _};
use crate::resource::Removal;
use crate::tags;
use crate::work::{Context, Look, Work};

const WITHIN: Duration = Duration::from_mins(15);
/// So many at once are asked for their tags.
const BATCH: usize = 20;

/// Something that a controller of the cluster has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leftover {
    /// A classic load balancer, by its name.
    Classic(String),
    /// An application or network load balancer: its ARN.
    LoadBalancer(String),
    /// Its ARN.
    TargetGroup(String),
}

impl Leftover {
    fn id(&self) -> &str {
        match self {
            Self::Classic(id) | Self::LoadBalancer(id) | Self::TargetGroup(id) => id,
        }
    }

    fn name(&self) -> String {
        let name = |arn: &str| arn.split('/').rev().nth(1).unwrap_or(arn).to_owned();
        match self {
            Self::Classic(name) => format!("load balancer {name}"),
            Self::LoadBalancer(arn) => format!("load balancer {}", name(arn)),
            Self::TargetGroup(arn) => format!("target group {}", name(arn)),
        }
    }
}

/// Whether tags say that a controller of this cluster has made it.
fn is_of_cluster<'a>(cluster: &str, mut tags: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    let of_service_controller = format!("kubernetes.io/cluster/{cluster}");
    tags.any(|(key, value)| {
        (key == of_service_controller && value == "owned")
            || (key == "elbv2.k8s.aws/cluster" && value == cluster)
    })
}

/// Everything of that kind in the VPC.
pub(crate) async fn find(context: &Context, vpc: &str) -> Result<Vec<Leftover>, AwsError> {
    let (classic, balancers, groups) = futures::try_join!(
        classic(context, vpc),
        load_balancers(context, vpc),
        target_groups(context, vpc),
    )?;
    Ok([classic, balancers, groups].concat())
}

async fn classic(context: &Context, vpc: &str) -> Result<Vec<Leftover>, AwsError> {
    let elb = &context.clients.elb;
    let what = "look for classic load balancers";
    let pages = elb.describe_load_balancers().into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked(what)?;
    let here = all.into_iter().filter(|one| one.vpc_id.as_deref() == Some(vpc));
    let names: Vec<_> = here.filter_map(|one| one.load_balancer_name).collect();
    let mut found = Vec::new();
    for batch in names.chunks(BATCH) {
        let call = elb.describe_tags().set_load_balancer_names(Some(batch.to_vec()));
        let answer = call.send().await.asked(what)?;
        for one in answer.tag_descriptions.into_iter().flatten() {
            let tags = one.tags.unwrap_or_default();
            let pairs =
                tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_deref().unwrap_or("")));
            if is_of_cluster(context.names.cluster(), pairs) {
                found.extend(one.load_balancer_name.map(Leftover::Classic));
            }
        }
    }
    Ok(found)
}

async fn load_balancers(context: &Context, vpc: &str) -> Result<Vec<Leftover>, AwsError> {
    let elb = &context.clients.elbv2;
    let pages = elb.describe_load_balancers().into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked("look for load balancers")?;
    let here = all.into_iter().filter(|one| one.vpc_id.as_deref() == Some(vpc));
    let arns = here.filter_map(|one| one.load_balancer_arn).collect();
    Ok(of_cluster(context, arns).await?.into_iter().map(Leftover::LoadBalancer).collect())
}

async fn target_groups(context: &Context, vpc: &str) -> Result<Vec<Leftover>, AwsError> {
    let elb = &context.clients.elbv2;
    let pages = elb.describe_target_groups().into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.asked("look for target groups")?;
    let here = all.into_iter().filter(|one| one.vpc_id.as_deref() == Some(vpc));
    let arns = here.filter_map(|one| one.target_group_arn).collect();
    Ok(of_cluster(context, arns).await?.into_iter().map(Leftover::TargetGroup).collect())
}

async fn of_cluster(context: &Context, arns: Vec<String>) -> Result<Vec<String>, AwsError> {
    let mut found = Vec::new();
    for batch in arns.chunks(BATCH) {
        let call = context.clients.elbv2.describe_tags().set_resource_arns(Some(batch.to_vec()));
        let answer = call.send().await.asked("look whose load balancers these are")?;
        for one in answer.tag_descriptions.into_iter().flatten() {
            let tags = one.tags.unwrap_or_default();
            let pair = |tag: &aws_sdk_elasticloadbalancingv2::types::Tag| {
                Some((tag.key.clone()?, tag.value.clone().unwrap_or_default()))
            };
            let tags: BTreeMap<_, _> = tags.iter().filter_map(pair).collect();
            let pairs = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            if is_of_cluster(context.names.cluster(), pairs) {
                found.extend(one.resource_arn);
            }
        }
    }
    Ok(found)
}

/// The security groups that controllers have made for load balancers, and that of EKS, which goes
/// with the control plane unless something has still held it. Those that the spec names stay, whatever their
/// tags say.
pub(crate) async fn security_groups(context: &Context, vpc: &str) -> Result<Vec<String>, AwsError> {
    let call = context.clients.ec2.describe_security_groups().filters(tags::filter("vpc-id", vpc));
    let pages = call.into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await;
    let all = all.asked("look for the security groups of load balancers")?;
    let named = context.cluster.eks.named_security_groups();
    let mine = all.into_iter().filter(|group| {
        let tags = tags::from_ec2(group.tags.clone());
        let pairs = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let is_named = group.group_id.as_ref().is_some_and(|id| named.contains(id));
        !is_named && is_of_cluster(context.names.cluster(), pairs)
    });
    Ok(mine.filter_map(|group| group.group_id).collect())
}

#[derive(Debug)]
pub(crate) struct LeftoverRemoval {
    pub(crate) leftover: Leftover,
    pub(crate) vpc: String,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for LeftoverRemoval {
    fn target(&self) -> String {
        self.leftover.name()
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.leftover.id().to_owned()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let what = format!("delete the {}", self.leftover.name());
        let (elb, elbv2) = (&work.clients().elb, &work.clients().elbv2);
        work.once_free(async || match &self.leftover {
            Leftover::Classic(name) => {
                let call = elb.delete_load_balancer().load_balancer_name(name);
                call.send().await.asked(&what).if_found().map(drop)
            }
            Leftover::LoadBalancer(arn) => {
                let call = elbv2.delete_load_balancer().load_balancer_arn(arn);
                call.send().await.asked(&what).if_found().map(drop)
            }
            Leftover::TargetGroup(arn) => {
                let call = elbv2.delete_target_group().target_group_arn(arn);
                call.send().await.asked(&what).if_found().map(drop)
            }
        })
        .await?;
        work.until(&self.leftover.name(), WITHIN, async || {
            let left = find(work.context, &self.vpc).await?;
            Ok(if left.contains(&self.leftover) {
                Look::NotYet("still there".to_owned())
            } else {
                Look::Done(())
            })
        })
        .await
    }
}

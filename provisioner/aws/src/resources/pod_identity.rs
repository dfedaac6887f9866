//! Pod identities: IAM roles for the pods of a service account.

use std::collections::BTreeMap;

use provisioner_spec::{IamRole, PodIdentity as Spec};
use serde_json::Value;

use crate::AwsError;
use crate::account::Account;
use crate::difference::{Difference, Kind};
use crate::error::{Asked as _, IfFound as _};
use crate::resource::{Removal, Resource};
use crate::resources::policy_document;
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

#[derive(Debug, Clone)]
pub(crate) struct IdentityState {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) role: String,
    /// A further role, that the pods get in the end.
    pub(crate) target: Option<String>,
    pub(crate) session_tags: bool,
    pub(crate) session_policy: Option<Value>,
    /// The ARN of the addon that manages it by itself.
    pub(crate) owner: Option<String>,
    pub(crate) tags: Tags,
}

impl IdentityState {
    /// The name in its ARN.
    pub(crate) fn role_name(&self) -> &str {
        self.role.rsplit('/').next().unwrap_or_default()
    }
}

#[derive(Debug)]
pub(crate) struct PodIdentity {
    pub(crate) spec: Spec,
    /// The purpose and the name of the role that is made for it.
    pub(crate) role_purpose: String,
    pub(crate) role_name: String,
    pub(crate) tags: Tags,
}

/// `namespace/service-account`.
pub(crate) fn name(namespace: &str, service_account: &str) -> String {
    format!("{namespace}/{service_account}")
}

pub(crate) async fn find(context: &Context) -> Result<BTreeMap<String, IdentityState>, AwsError> {
    let (eks, cluster) = (&context.clients.eks, context.names.cluster());
    let call = eks.list_pod_identity_associations().cluster_name(cluster);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let Some(all) = all.asked("look for pod identities").if_found()? else {
        return Ok(BTreeMap::new());
    };
    let ids = all.into_iter().filter_map(|one| one.association_id);
    let described = futures::future::try_join_all(ids.map(async |id| {
        let call = eks.describe_pod_identity_association().cluster_name(cluster);
        let answer = call.association_id(id).send().await;
        answer.asked("look at a pod identity").if_found()
    }));
    let found = described.await?.into_iter().flatten().filter_map(|answer| answer.association);
    Ok(found.map(state).collect())
}

fn state(association: aws_sdk_eks::types::PodIdentityAssociation) -> (String, IdentityState) {
    let namespace = association.namespace.unwrap_or_default();
    let name = name(&namespace, &association.service_account.unwrap_or_default());
    let state = IdentityState {
        id: association.association_id.unwrap_or_default(),
        arn: association.association_arn.unwrap_or_default(),
        role: association.role_arn.unwrap_or_default(),
        target: association.target_role_arn,
        session_tags: association.disable_session_tags != Some(true),
        session_policy: association.policy.as_deref().map(policy_document::parsed),
        owner: association.owner_arn,
        tags: association.tags.into_iter().flatten().collect(),
    };
    (name, state)
}

#[async_trait::async_trait]
impl Resource for PodIdentity {
    fn target(&self) -> String {
        targets::pod_identity(&self.name())
    }

    fn after(&self, _: &Account) -> Vec<String> {
        vec![targets::CLUSTER.to_owned(), targets::role(&self.role_purpose)]
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let shown = match &self.spec.role {
            IamRole::Create => self.role_name.clone(),
            IamRole::Arn(arn) => arn.clone(),
        };
        let Some(identity) = account.pod_identities.get(&self.name()) else {
            let new = Difference::create().with("role", shown);
            return Ok(self.session(None, new).tags(&Tags::new(), &self.tags));
        };
        let wanted = account.role_arn(&self.spec.role, &self.role_name);
        let is = match wanted {
            Ok(wanted) if wanted == identity.role => shown.clone(),
            _ => identity.role.clone(),
        };
        let difference = Difference::of_existing().field("role", is, shown);
        Ok(self.session(Some(identity), difference).tags(&identity.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let (existing, role) = {
            let account = work.context.account();
            let role = account.role_arn(&self.spec.role, &self.role_name)?;
            (account.pod_identities.get(&self.name()).cloned(), role)
        };
        match existing {
            None => self.create(work, &role).await?,
            Some(identity) if difference.kind == Kind::Renew => {
                delete(work, &self.name(), &identity.id).await?;
                self.create(work, &role).await?;
            }
            Some(identity) => {
                if difference.touches("tags") {
                    tags::set_eks(work.clients(), &identity.arn, &identity.tags, &self.tags)
                        .await?;
                }
                let of_role = ["role", "targetRole", "sessionTags", "sessionPolicy"];
                if of_role.iter().any(|name| difference.touches(name)) {
                    let call = work.clients().eks.update_pod_identity_association();
                    let call = call
                        .cluster_name(work.names().cluster())
                        .association_id(&identity.id)
                        .role_arn(&role)
                        .set_target_role_arn(self.spec.target_role.clone())
                        .disable_session_tags(!self.spec.session_tags)
                        .set_policy(self.session_policy().map(|policy| policy.to_string()));
                    call.send().await.asked(format!("change the role of {}", self.name()))?;
                }
            }
        }
        Ok(())
    }
}

impl PodIdentity {
    fn name(&self) -> String {
        name(&self.spec.namespace, &self.spec.service_account)
    }

    fn session_policy(&self) -> Option<Value> {
        let policy = &self.spec.session_policy;
        (!policy.is_empty()).then(|| Value::Object(policy.clone()))
    }

    /// What becomes of the role on its way to the pods. What is there is changed, but AWS has no word for taking it
    /// away.
    fn session(&self, is: Option<&IdentityState>, difference: Difference) -> Difference {
        let tags = |with: bool| (!with).then_some("none");
        let target = is.and_then(|is| is.target.clone());
        let policy = is.and_then(|is| is.session_policy.clone());
        let wanted = self.session_policy();
        let same = matches!((&policy, &wanted), (Some(is), Some(wanted)) if policy_document::same(is, wanted));
        let shown = |policy: &Option<Value>| policy.as_ref().map(ToString::to_string);
        let (policy, wanted) =
            if same { (shown(&wanted), shown(&wanted)) } else { (shown(&policy), shown(&wanted)) };
        let compare = |difference: Difference, name, is: Option<String>, wanted: Option<String>| {
            if wanted.is_none() {
                difference.renewed(name, is, wanted)
            } else {
                difference.field(name, is, wanted)
            }
        };
        let difference = difference.field(
            "sessionTags",
            is.and_then(|is| tags(is.session_tags)),
            tags(self.spec.session_tags),
        );
        let difference = compare(difference, "targetRole", target, self.spec.target_role.clone());
        compare(difference, "sessionPolicy", policy, wanted)
    }

    async fn create(&self, work: &Work<'_>, role: &str) -> Result<(), AwsError> {
        let made = work
            .once_visible(async || {
                let call = work.clients().eks.create_pod_identity_association();
                let call = call
                    .cluster_name(work.names().cluster())
                    .namespace(&self.spec.namespace)
                    .service_account(&self.spec.service_account)
                    .role_arn(role)
                    .set_target_role_arn(self.spec.target_role.clone())
                    .set_disable_session_tags((!self.spec.session_tags).then_some(true))
                    .set_policy(self.session_policy().map(|policy| policy.to_string()))
                    .set_tags(Some(self.tags.clone().into_iter().collect()));
                call.send().await.asked(format!("give the pods of {} a role", self.name()))
            })
            .await;
        match made {
            Err(error) if error.is_already_there() => Ok(()),
            other => other.map(drop),
        }
    }
}

async fn delete(work: &Work<'_>, name: &str, id: &str) -> Result<(), AwsError> {
    let call = work.clients().eks.delete_pod_identity_association();
    let call = call.cluster_name(work.names().cluster()).association_id(id);
    call.send().await.asked(format!("delete the pod identity {name}")).if_found().map(drop)
}

#[derive(Debug)]
pub(crate) struct PodIdentityRemoval {
    pub(crate) name: String,
    pub(crate) id: String,
}

#[async_trait::async_trait]
impl Removal for PodIdentityRemoval {
    fn target(&self) -> String {
        targets::pod_identity(&self.name)
    }

    fn goes(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        delete(work, &self.name, &self.id).await
    }
}

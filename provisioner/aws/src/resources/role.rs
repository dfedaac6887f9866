//! IAM roles.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::ownership::{is_ours, not_ours};
use crate::resource::{Removal, Resource};
use crate::resources::policy_document::Documents;
use crate::resources::{oidc_provider, policy_document};
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

#[derive(Debug, Clone)]
pub(crate) struct RoleState {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) trust: Value,
    pub(crate) policies: BTreeSet<String>,
    pub(crate) documents: Documents,
    pub(crate) boundary: Option<String>,
    pub(crate) is_ours: bool,
    pub(crate) tags: Tags,
}

/// The service that starts pods on Fargate.
const FARGATE: &str = "eks-fargate-pods.amazonaws.com";

/// What the names of instance profiles begin with that EKS makes.
const PROFILE_OF_EKS: &str = "eks-";

/// Who may assume a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// A service of AWS, with the actions that it takes.
    Service { name: String, actions: Vec<&'static str> },
    /// The pods of a cluster that run on Fargate.
    FargatePods { region: String, cluster: String },
    /// A service account of the cluster, through its OIDC provider.
    ServiceAccount { namespace: String, name: String },
    /// All those whose subjects are such.
    ServiceAccounts { pattern: String },
}

#[derive(Debug, Clone)]
pub(crate) struct Role {
    /// What it is for: `cluster`, `node`, `pod-backend-writer`.
    pub(crate) purpose: String,
    pub(crate) name: String,
    pub(crate) trust: Trust,
    pub(crate) policies: BTreeSet<String>,
    /// A policy document of its own.
    pub(crate) document: Option<Value>,
    pub(crate) boundary: Option<String>,
    pub(crate) tags: Tags,
}

/// A role with its policies, if there is one of that name.
pub(crate) async fn find(context: &Context, name: &str) -> Result<Option<RoleState>, AwsError> {
    let iam = &context.clients.iam;
    let what = format!("look for the role {name}");
    let Some(answer) = iam.get_role().role_name(name).send().await.asked(&what).if_found()? else {
        return Ok(None);
    };
    let Some(role) = answer.role else { return Ok(None) };
    let call = iam.list_attached_role_policies().role_name(name);
    let policies = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let Some(policies) = policies.asked(&what).if_found()? else { return Ok(None) };
    let trust = role.assume_role_policy_document.as_deref().map(policy_document::parsed);
    let tags = tags::from_iam(role.tags);
    Ok(Some(RoleState {
        name: name.to_owned(),
        arn: role.arn,
        trust: trust.unwrap_or_default(),
        policies: policies.into_iter().filter_map(|policy| policy.policy_arn).collect(),
        boundary: role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn),
        documents: policy_document::find(context, name).await?,
        is_ours: is_ours(&tags, &context.names),
        tags,
    }))
}

impl Trust {
    pub(crate) fn service(name: &str, actions: &[&'static str]) -> Self {
        Self::Service { name: name.to_owned(), actions: actions.to_vec() }
    }

    /// EKS's own service for pods.
    pub(crate) fn pods() -> Self {
        Self::service("pods.eks.amazonaws.com", &["sts:AssumeRole", "sts:TagSession"])
    }

    /// The policy document; not known before the cluster has an OIDC provider.
    fn document(&self, account: &Account) -> Option<Value> {
        let statement = match self {
            Self::Service { name, actions } => json!({
                "Effect": "Allow",
                "Principal": {"Service": name},
                "Action": actions,
            }),
            // Of this cluster alone: the service acts for all accounts.
            Self::FargatePods { region, cluster } => {
                let (partition, number) = account.owner();
                let of =
                    format!("arn:{partition}:eks:{region}:{number}:fargateprofile/{cluster}/*");
                json!({
                    "Effect": "Allow",
                    "Principal": {"Service": FARGATE},
                    "Action": ["sts:AssumeRole"],
                    "Condition": {"ArnLike": {"aws:SourceArn": of}},
                })
            }
            Self::ServiceAccount { namespace, name } => {
                let subject = format!("system:serviceaccount:{namespace}:{name}");
                web_identity(account, |host| {
                    json!({"StringEquals": {
                        format!("{host}:aud"): oidc_provider::AUDIENCE,
                        format!("{host}:sub"): subject,
                    }})
                })?
            }
            Self::ServiceAccounts { pattern } => web_identity(account, |host| {
                json!({
                    "StringEquals": {format!("{host}:aud"): oidc_provider::AUDIENCE},
                    "StringLike": {format!("{host}:sub"): pattern},
                })
            })?,
        };
        Some(json!({"Version": "2012-10-17", "Statement": [statement]}))
    }

    fn shown(&self) -> String {
        match self {
            Self::Service { name, .. } => name.clone(),
            Self::FargatePods { cluster, .. } => format!("{FARGATE}, for {cluster}"),
            Self::ServiceAccount { namespace, name } => {
                format!("the service account {namespace}/{name}")
            }
            Self::ServiceAccounts { pattern } => pattern.clone(),
        }
    }
}

/// What the cluster's OIDC provider vouches for, on conditions about its host.
fn web_identity(account: &Account, condition: impl Fn(&str) -> Value) -> Option<Value> {
    let issuer = account.cluster.as_ref()?.issuer.clone()?;
    Some(json!({
        "Effect": "Allow",
        "Principal": {"Federated": oidc_provider::arn(account, &issuer)},
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": condition(issuer.trim_start_matches("https://")),
    }))
}

#[async_trait::async_trait]
impl Resource for Role {
    fn target(&self) -> String {
        targets::role(&self.purpose)
    }

    fn after(&self, _: &Account) -> Vec<String> {
        match self.trust {
            Trust::Service { .. } | Trust::FargatePods { .. } => Vec::new(),
            Trust::ServiceAccount { .. } | Trust::ServiceAccounts { .. } => {
                vec![targets::OIDC_PROVIDER.to_owned()]
            }
        }
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let Some(role) = account.roles.get(&self.name) else {
            let new = Difference::create()
                .with("name", &self.name)
                .with("trust", self.trust.shown())
                .with("permissionsBoundary", self.boundary.clone());
            let new = self.policies.iter().fold(new, |new, policy| new.with("policy", policy));
            let new = self.statements().iter().fold(new, |new, one| new.with("permission", one));
            return Ok(new.tags(&Tags::new(), &self.tags));
        };
        self.refuse_others(role)?;
        let wanted_trust = self.trust.document(account);
        let trusts =
            wanted_trust.as_ref().is_some_and(|wanted| policy_document::same(wanted, &role.trust));
        let shown = self.trust.shown();
        let is = if trusts { shown.clone() } else { role.trust.to_string() };
        let mut difference = Difference::of_existing().field("trust", is, shown).field(
            "permissionsBoundary",
            role.boundary.as_ref(),
            self.boundary.as_ref(),
        );
        difference = difference
            .set("policy", &role.policies, &self.policies)
            .set("permission", &role.documents.statements, &self.statements())
            .set("inlinePolicy", &role.documents.others, &BTreeSet::new());
        Ok(difference.tags(&role.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().roles.get(&self.name).cloned();
        let trust = self.trust.document(&work.context.account());
        let trust = trust.ok_or_else(|| crate::unknown("OIDC provider"))?;
        let mut role = match existing {
            Some(role) => {
                self.change(work, &trust, &role.tags, difference).await?;
                role
            }
            None => self.create(work, &trust).await?,
        };
        for policy in self.policies.difference(&role.policies) {
            work.once_visible(async || {
                let call = work.clients().iam.attach_role_policy();
                let call = call.role_name(&self.name).policy_arn(policy);
                call.send().await.asked(format!("attach {policy} to the role {}", self.name))
            })
            .await?;
        }
        for policy in role.policies.difference(&self.policies) {
            detach(work, &self.name, policy).await?;
        }
        for document in &role.documents.others {
            policy_document::delete(work, &self.name, document).await?;
        }
        if role.documents.statements != self.statements() {
            match &self.document {
                Some(document) => policy_document::put(work, &self.name, document).await?,
                None => policy_document::take(work, &self.name).await?,
            }
        }
        role.policies.clone_from(&self.policies);
        role.documents = Documents { statements: self.statements(), others: BTreeSet::new() };
        role.tags.extend(self.tags.clone());
        (role.trust, role.boundary) = (trust, self.boundary.clone());
        work.context.update(|account| drop(account.roles.insert(self.name.clone(), role)));
        Ok(())
    }
}

impl Role {
    fn statements(&self) -> BTreeSet<String> {
        self.document.as_ref().map(policy_document::statements).unwrap_or_default()
    }

    /// Roles of that name that belong to somebody else are not touched.
    fn refuse_others(&self, role: &RoleState) -> Result<(), AwsError> {
        if role.is_ours {
            return Ok(());
        }
        Err(not_ours(format!("the role {}", self.name), &role.tags))
    }

    async fn create(&self, work: &Work<'_>, trust: &Value) -> Result<RoleState, AwsError> {
        let call = work.clients().iam.create_role().role_name(&self.name);
        let call = call.assume_role_policy_document(trust.to_string());
        let call = call.description(work.names().role_description(&self.purpose));
        let call = call.set_permissions_boundary(self.boundary.clone());
        let call = call.set_tags(Some(tags::to_iam(&self.tags)));
        let made = call.send().await.asked(format!("create the role {}", self.name));
        match made {
            Ok(answer) => Ok(RoleState {
                name: self.name.clone(),
                arn: answer.role.map(|role| role.arn).unwrap_or_default(),
                trust: trust.clone(),
                policies: BTreeSet::new(),
                documents: Documents::default(),
                boundary: self.boundary.clone(),
                is_ours: true,
                tags: self.tags.clone(),
            }),
            Err(error) if error.is_already_there() => {
                let role = find(work.context, &self.name).await?.ok_or(error)?;
                self.refuse_others(&role)?;
                Ok(role)
            }
            Err(error) => Err(error),
        }
    }

    async fn change(
        &self,
        work: &Work<'_>,
        trust: &Value,
        is: &Tags,
        difference: &Difference,
    ) -> Result<(), AwsError> {
        let iam = &work.clients().iam;
        if difference.touches("trust") {
            let call = iam.update_assume_role_policy().role_name(&self.name);
            let call = call.policy_document(trust.to_string());
            call.send().await.asked(format!("set who may assume the role {}", self.name))?;
        }
        if difference.touches("permissionsBoundary") {
            let what = format!("set the permissions boundary of the role {}", self.name);
            if let Some(boundary) = &self.boundary {
                let call = iam.put_role_permissions_boundary().role_name(&self.name);
                call.permissions_boundary(boundary).send().await.asked(what).map(drop)?;
            } else {
                let call = iam.delete_role_permissions_boundary().role_name(&self.name);
                call.send().await.asked(what).map(drop)?;
            }
        }
        tags::set_role(work.clients(), &self.name, is, &self.tags).await
    }
}

/// A role that an instance profile has cannot go. Those that EKS has made for nodes go with it; one that somebody
/// else has made stays, without it.
async fn leave_instance_profiles(work: &Work<'_>, role: &str) -> Result<(), AwsError> {
    let iam = &work.clients().iam;
    let call = iam.list_instance_profiles_for_role().role_name(role);
    let profiles = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let profiles = profiles.asked(format!("look for instance profiles of {role}")).if_found()?;
    for profile in profiles.into_iter().flatten().map(|profile| profile.instance_profile_name) {
        let call = iam.remove_role_from_instance_profile().role_name(role);
        let call = call.instance_profile_name(&profile);
        call.send().await.asked(format!("take {role} out of {profile}")).if_found()?;
        if profile.starts_with(PROFILE_OF_EKS) {
            let call = iam.delete_instance_profile().instance_profile_name(&profile);
            call.send().await.asked(format!("delete the instance profile {profile}")).if_found()?;
        }
    }
    Ok(())
}

async fn detach(work: &Work<'_>, role: &str, policy: &str) -> Result<(), AwsError> {
    let call = work.clients().iam.detach_role_policy().role_name(role).policy_arn(policy);
    call.send().await.asked(format!("detach {policy} from {role}")).if_found().map(drop)
}

/// A role goes without its policies and instance profiles.
#[derive(Debug)]
pub(crate) struct RoleRemoval {
    pub(crate) purpose: String,
    pub(crate) role: RoleState,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for RoleRemoval {
    fn target(&self) -> String {
        targets::role(&self.purpose)
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.role.name.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let (iam, name) = (&work.clients().iam, &self.role.name);
        for policy in &self.role.policies {
            detach(work, name, policy).await?;
        }
        policy_document::take_all(work, name).await?;
        leave_instance_profiles(work, name).await?;
        work.once_free(async || {
            let call = iam.delete_role().role_name(name);
            call.send().await.asked(format!("delete the role {name}")).if_found()
        })
        .await
        .map(drop)
    }
}

//! The identity provider whose users the Kubernetes API knows beside the principals of IAM. EKS takes one.

use std::time::Duration;

use aws_sdk_eks::types::{
    ConfigStatus, IdentityProviderConfig, OidcIdentityProviderConfig,
    OidcIdentityProviderConfigRequest, Update,
};
use provisioner_spec::IdentityProvider as Spec;

use crate::AwsError;
use crate::account::Account;
use crate::difference::{Difference, Kind};
use crate::error::{Asked as _, IfFound as _};
use crate::ownership::{is_ours, not_ours};
use crate::resource::{Removal, Resource};
use crate::resources::update::{Of, ended};
use crate::spec_tags::Tags;
use crate::work::{Context, Look, Work};
use crate::{tags, targets};

const WITHIN: Duration = Duration::from_hours(1);
/// The only kind that there is.
const OIDC: &str = "oidc";
/// The claim that AWS takes where none is said.
const USERNAME_CLAIM: &str = "sub";

#[derive(Debug, Clone)]
pub(crate) struct ProviderState {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) status: ConfigStatus,
    pub(crate) issuer_url: String,
    pub(crate) client_id: String,
    pub(crate) username_claim: String,
    pub(crate) username_prefix: Option<String>,
    pub(crate) groups_claim: Option<String>,
    pub(crate) groups_prefix: Option<String>,
    pub(crate) required_claims: Tags,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct IdentityProvider {
    pub(crate) spec: Spec,
    /// Whatever else is in the cluster: nothing of it is changed while the control plane learns of a provider.
    pub(crate) after: Vec<String>,
    pub(crate) names: crate::names::Names,
    pub(crate) tags: Tags,
}

/// That of the cluster, whoever has made it.
pub(crate) async fn find(context: &Context) -> Result<Option<ProviderState>, AwsError> {
    let call = context.clients.eks.list_identity_provider_configs();
    let pages = call.cluster_name(context.names.cluster()).into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await;
    let all = all.asked("look for identity providers").if_found()?;
    match all.into_iter().flatten().next() {
        Some(config) => describe(context, &config.name).await,
        None => Ok(None),
    }
}

async fn describe(context: &Context, name: &str) -> Result<Option<ProviderState>, AwsError> {
    let call = context.clients.eks.describe_identity_provider_config();
    let call = call.cluster_name(context.names.cluster());
    let answer = call.set_identity_provider_config(reference(name)).send().await;
    let answer = answer.asked(format!("look at the identity provider {name}")).if_found()?;
    Ok(answer.and_then(|answer| answer.identity_provider_config?.oidc).map(state))
}

/// What EKS calls it by.
fn reference(name: &str) -> Option<IdentityProviderConfig> {
    IdentityProviderConfig::builder().r#type(OIDC).name(name).build().ok()
}

fn state(config: OidcIdentityProviderConfig) -> ProviderState {
    ProviderState {
        name: config.identity_provider_config_name.unwrap_or_default(),
        arn: config.identity_provider_config_arn.unwrap_or_default(),
        status: config.status.unwrap_or(ConfigStatus::Creating),
        issuer_url: config.issuer_url.unwrap_or_default(),
        client_id: config.client_id.unwrap_or_default(),
        username_claim: config.username_claim.unwrap_or_else(|| USERNAME_CLAIM.to_owned()),
        username_prefix: config.username_prefix,
        groups_claim: config.groups_claim,
        groups_prefix: config.groups_prefix,
        required_claims: config.required_claims.into_iter().flatten().collect(),
        tags: config.tags.into_iter().flatten().collect(),
    }
}

#[async_trait::async_trait]
impl Resource for IdentityProvider {
    fn target(&self) -> String {
        targets::IDENTITY_PROVIDER.to_owned()
    }

    fn after(&self, _: &Account) -> Vec<String> {
        self.after.clone()
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let spec = &self.spec;
        let Some(is) = &account.identity_provider else {
            return Ok(Difference::create()
                .with("name", &spec.name)
                .with("issuerUrl", &spec.issuer_url)
                .with("clientId", &spec.client_id)
                .with("usernameClaim", &spec.username_claim)
                .with("usernamePrefix", spec.username_prefix.as_ref())
                .with("groupsClaim", spec.groups_claim.as_ref())
                .with("groupsPrefix", spec.groups_prefix.as_ref())
                .with("requiredClaims", &shown(&spec.required_claims))
                .tags(&Tags::new(), &self.tags));
        };
        if is.name != spec.name && !is_ours(&is.tags, &self.names) {
            return Err(not_ours(format!("the identity provider {}", is.name), &is.tags));
        }
        let (claims, wanted) = (shown(&is.required_claims), shown(&spec.required_claims));
        Ok(Difference::of_existing()
            .renewed("name", &is.name, &spec.name)
            .renewed("issuerUrl", &is.issuer_url, &spec.issuer_url)
            .renewed("clientId", &is.client_id, &spec.client_id)
            .renewed("usernameClaim", &is.username_claim, &spec.username_claim)
            .renewed("usernamePrefix", is.username_prefix.as_ref(), spec.username_prefix.as_ref())
            .renewed("groupsClaim", is.groups_claim.as_ref(), spec.groups_claim.as_ref())
            .renewed("groupsPrefix", is.groups_prefix.as_ref(), spec.groups_prefix.as_ref())
            .renewed("requiredClaims", &claims, &wanted)
            .field("status", is.status.as_str(), ConfigStatus::Active.as_str())
            .tags(&is.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let existing = work.context.account().identity_provider.clone();
        let existing = match existing {
            Some(is) if difference.kind == Kind::Renew || is.status == ConfigStatus::Deleting => {
                remove(work, &is.name).await?;
                None
            }
            other => other,
        };
        match existing {
            None => self.create(work).await?,
            Some(is) if difference.touches("tags") => {
                tags::set_eks(work.clients(), &is.arn, &is.tags, &self.tags).await?;
            }
            Some(_) => {}
        }
        let provider = active(work, &self.spec.name).await?;
        work.context.update(|account| account.identity_provider = Some(provider));
        Ok(())
    }
}

/// `key=value` each.
fn shown(claims: &Tags) -> Vec<String> {
    claims.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

impl IdentityProvider {
    fn request(&self) -> Option<OidcIdentityProviderConfigRequest> {
        let spec = &self.spec;
        let claims = spec.required_claims.clone();
        OidcIdentityProviderConfigRequest::builder()
            .identity_provider_config_name(&spec.name)
            .issuer_url(&spec.issuer_url)
            .client_id(&spec.client_id)
            .username_claim(&spec.username_claim)
            .set_username_prefix(spec.username_prefix.clone())
            .set_groups_claim(spec.groups_claim.clone())
            .set_groups_prefix(spec.groups_prefix.clone())
            .set_required_claims((!claims.is_empty()).then(|| claims.into_iter().collect()))
            .build()
            .ok()
    }

    async fn create(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let name = &self.spec.name;
        let what = format!("let in the users of the identity provider {name}");
        let update: Option<Update> = work
            .once_free(async || {
                let call = work.clients().eks.associate_identity_provider_config();
                let call = call.cluster_name(work.names().cluster()).set_oidc(self.request());
                let call = call.set_tags(Some(self.tags.clone().into_iter().collect()));
                match call.send().await.asked(&what) {
                    // The same code says that something else is under way, or that this one is there.
                    Err(error) if error.is_already_there() => {
                        describe(work.context, name).await?.map(|_| None).ok_or(error)
                    }
                    other => Ok(other?.update),
                }
            })
            .await?;
        // Without one, an earlier request is under way.
        match update {
            Some(update) => ended(work, &what, Of::Cluster, Some(update)).await,
            None => Ok(()),
        }
    }
}

async fn active(work: &Work<'_>, name: &str) -> Result<ProviderState, AwsError> {
    let what = targets::IDENTITY_PROVIDER;
    work.until(what, WITHIN, async || {
        let Some(provider) = describe(work.context, name).await? else {
            let reason = format!("AWS has given {name} up");
            return Err(AwsError::NotUpdated { what: format!("make the {what}"), reason });
        };
        match provider.status {
            ConfigStatus::Active => Ok(Look::Done(provider)),
            status => Ok(Look::NotYet(status.as_str().to_owned())),
        }
    })
    .await
}

/// Takes it away, and waits until the control plane no longer knows it.
async fn remove(work: &Work<'_>, name: &str) -> Result<(), AwsError> {
    let what = format!("take away the identity provider {name}");
    let answer = work
        .once_free(async || {
            let call = work.clients().eks.disassociate_identity_provider_config();
            let call = call.cluster_name(work.names().cluster());
            let call = call.set_identity_provider_config(reference(name));
            call.send().await.asked(&what).if_found()
        })
        .await?;
    if let Some(update) = answer.and_then(|answer| answer.update) {
        ended(work, &what, Of::Cluster, Some(update)).await?;
    }
    work.until(targets::IDENTITY_PROVIDER, WITHIN, async || {
        Ok(match describe(work.context, name).await? {
            None => Look::Done(()),
            Some(left) => Look::NotYet(left.status.as_str().to_owned()),
        })
    })
    .await
}

#[derive(Debug)]
pub(crate) struct IdentityProviderRemoval {
    pub(crate) name: String,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for IdentityProviderRemoval {
    fn target(&self) -> String {
        targets::IDENTITY_PROVIDER.to_owned()
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        remove(work, &self.name).await
    }
}

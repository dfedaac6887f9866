//! The OIDC provider: IAM's trust in the cluster's service accounts (IRSA).

use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::error::{Asked as _, IfFound as _};
use crate::resource::{Removal, Resource};
use crate::spec_tags::Tags;
use crate::work::{Context, Work};
use crate::{tags, targets};

/// Whom the tokens of service accounts are for.
pub(crate) const AUDIENCE: &str = "sts.amazonaws.com";

#[derive(Debug, Clone)]
pub(crate) struct OidcState {
    pub(crate) arn: String,
    pub(crate) audiences: Vec<String>,
    pub(crate) tags: Tags,
}

#[derive(Debug)]
pub(crate) struct OidcProvider {
    pub(crate) tags: Tags,
}

/// The ARN follows from the issuer.
pub(crate) fn arn(account: &Account, issuer: &str) -> String {
    let (partition, number) = account.owner();
    let host = issuer.trim_start_matches("https://");
    format!("arn:{partition}:iam::{number}:oidc-provider/{host}")
}

pub(crate) async fn find(context: &Context, arn: &str) -> Result<Option<OidcState>, AwsError> {
    let call = context.clients.iam.get_open_id_connect_provider();
    let call = call.open_id_connect_provider_arn(arn);
    let answer = call.send().await.asked("look for the OIDC provider").if_found()?;
    Ok(answer.map(|provider| OidcState {
        arn: arn.to_owned(),
        audiences: provider.client_id_list.unwrap_or_default(),
        tags: tags::from_iam(provider.tags),
    }))
}

#[async_trait::async_trait]
impl Resource for OidcProvider {
    fn target(&self) -> String {
        targets::OIDC_PROVIDER.to_owned()
    }

    fn after(&self, _: &Account) -> Vec<String> {
        vec![targets::CLUSTER.to_owned()]
    }

    fn difference(&self, account: &Account) -> Result<Difference, AwsError> {
        let Some(provider) = &account.oidc else {
            return Ok(Difference::create()
                .with("audience", AUDIENCE)
                .tags(&Tags::new(), &self.tags));
        };
        let is = provider.audiences.iter().find(|audience| *audience == AUDIENCE);
        Ok(Difference::of_existing()
            .field("audience", is, AUDIENCE)
            .tags(&provider.tags, &self.tags))
    }

    async fn apply(&self, work: &Work<'_>, difference: &Difference) -> Result<(), AwsError> {
        let (issuer, arn) = {
            let account = work.context.account();
            let issuer = account.cluster.as_ref().and_then(|cluster| cluster.issuer.clone());
            let issuer = issuer.ok_or_else(|| crate::unknown("issuer of the cluster"))?;
            (issuer.clone(), arn(&account, &issuer))
        };
        let iam = &work.clients().iam;
        let existing = work.context.account().oidc.clone();
        if existing.is_none() {
            let call = iam.create_open_id_connect_provider().url(&issuer);
            let call = call.client_id_list(AUDIENCE).set_tags(Some(tags::to_iam(&self.tags)));
            match call.send().await.asked("create the OIDC provider") {
                Err(error) if error.is_already_there() => {}
                other => drop(other?),
            }
        }
        if existing.is_some() && difference.touches("audience") {
            let call = iam.add_client_id_to_open_id_connect_provider();
            let call = call.open_id_connect_provider_arn(&arn).client_id(AUDIENCE);
            call.send().await.asked("set the audience of the OIDC provider")?;
        }
        if let Some(provider) = existing {
            tags::set_oidc_provider(work.clients(), &arn, &provider.tags, &self.tags).await?;
        }
        let audiences = vec![AUDIENCE.to_owned()];
        let state = OidcState { arn, audiences, tags: self.tags.clone() };
        work.context.update(|account| account.oidc = Some(state));
        Ok(())
    }
}

pub(crate) async fn delete(work: &Work<'_>, arn: &str) -> Result<(), AwsError> {
    let call = work.clients().iam.delete_open_id_connect_provider();
    let call = call.open_id_connect_provider_arn(arn);
    call.send().await.asked("delete the OIDC provider").if_found().map(drop)
}

#[derive(Debug)]
pub(crate) struct OidcProviderRemoval {
    pub(crate) arn: String,
    pub(crate) after: Vec<String>,
}

#[async_trait::async_trait]
impl Removal for OidcProviderRemoval {
    fn target(&self) -> String {
        targets::OIDC_PROVIDER.to_owned()
    }

    fn after(&self) -> Vec<String> {
        self.after.clone()
    }

    fn goes(&self) -> Vec<String> {
        vec![self.arn.clone()]
    }

    async fn remove(&self, work: &Work<'_>) -> Result<(), AwsError> {
        delete(work, &self.arn).await
    }
}

use super::rest::warn;
use crate::{
    decode::{cursor::Cursor, eks::identity_provider_fields},
    model::IdentityProvider,
};

/// The first of them: EKS takes one.
pub(super) fn identity_providers(at: &Cursor<'_>) -> Option<IdentityProvider> {
    let all = at.list(|at| identity_provider(at).map(|provider| (at.clone(), provider)));
    for (at, _) in all.iter().skip(1) {
        warn(at, "identityProviders", "EKS takes one, the first of them");
    }
    all.into_iter().next().map(|(_, provider)| provider)
}

fn identity_provider(at: &Cursor<'_>) -> Option<IdentityProvider> {
    at.map(|fields| {
        fields.required("type", |at| at.choice(&[("oidc", ())]));
        identity_provider_fields(fields, ["issuerURL", "clientID"])
    })
}

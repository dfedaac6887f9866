use super::{eks_name, tags};
use crate::{
    decode::{cursor::Cursor, fields::Fields},
    model::IdentityProvider,
    syntax,
};
use std::collections::BTreeMap;

/// The claim that AWS takes for the name of a user.
const USERNAME_CLAIM: &str = "sub";

pub(super) fn identity_provider(at: &Cursor<'_>) -> Option<IdentityProvider> {
    at.map(|fields| identity_provider_fields(fields, ["issuerUrl", "clientId"]))
}

/// Issuer and client have names of their own in eksctl's files.
pub(in crate::decode) fn identity_provider_fields(
    fields: &Fields<'_, '_>,
    [issuer, client]: [&'static str; 2],
) -> Option<IdentityProvider> {
    let name = fields.required("name", eks_name);
    let issuer_url =
        fields.required(issuer, |at| at.valid("invalid-url", "URL", syntax::issuer_url));
    let client_id = fields.required(client, Cursor::text);
    let text = |key| fields.optional(key, Cursor::text);
    Some(IdentityProvider {
        username_claim: text("usernameClaim").unwrap_or_else(|| USERNAME_CLAIM.to_owned()),
        username_prefix: text("usernamePrefix"),
        groups_claim: text("groupsClaim"),
        groups_prefix: text("groupsPrefix"),
        required_claims: fields.section("requiredClaims", claims),
        tags: fields.section("tags", tags),
        name: name?,
        issuer_url: issuer_url?,
        client_id: client_id?,
    })
}

fn claims(at: &Cursor<'_>) -> BTreeMap<String, String> {
    let claim = |(key, value): (&str, Cursor<'_>)| Some((key.to_owned(), value.text()?));
    at.entries().into_iter().filter_map(claim).collect()
}

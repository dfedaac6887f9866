use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// An identity provider of `OpenID` Connect whose users may use the Kubernetes API, as its tokens call them. A change
/// takes it away and brings it anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct IdentityProvider {
    /// What it is called here: letters, digits, `-` and `_`.
    pub name: String,
    /// Where it is, as its tokens say (`iss`): an `https` URL that AWS reaches.
    pub issuer_url: String,
    /// For whom its tokens are (`aud`).
    pub client_id: String,
    /// The claim with the name of a user. Default: `sub`.
    #[schemars(with = "Option<String>")]
    pub username_claim: String,
    /// What comes before that name. Default: AWS's own, the URL and `#`, or nothing with the claim `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_prefix: Option<String>,
    /// The claim with the groups of a user. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups_claim: Option<String>,
    /// What comes before the names of groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups_prefix: Option<String>,
    /// Claims that a token must have, with their values.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub required_claims: BTreeMap<String, String>,
    /// Tags of the identity provider, beside those of the cluster.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub tags: BTreeMap<String, String>,
}

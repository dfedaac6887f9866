use super::{AddonIdentity, Platform};
use semver::VersionReq;
use serde_json::{Map, Value};

/// What a spec may say about one addon.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddonSchema {
    /// What the addon is, in a line.
    pub about: String,
    /// The JSON Schema of each of its settings. Of JSON Schema it uses `type`, `enum`, `default`,
    /// `description`, `minimum`, `maximum`, `properties`, `required`, `items` and
    /// `additionalProperties`; a `format` is `secret` (where a secret is), `host` (a host of the
    /// spec, or an address), `address`, `range` or `url`.
    pub settings: Map<String, Value>,
    /// The settings that have to be there.
    pub required: Vec<String>,
    /// Which versions of Kubernetes it is for.
    pub kubernetes: Option<VersionReq>,
    /// Other addons that it does not work without.
    pub needs: Vec<String>,
    /// It comes with something else that the spec says, such as the network plugin; it may have
    /// settings, but nobody turns it on here.
    pub implied: bool,
    /// The kinds of clusters that it is for; all of them where none is named.
    pub platforms: Vec<Platform>,
    /// The role in IAM that its service account needs on EKS.
    pub identity: Option<AddonIdentity>,
}

impl AddonSchema {
    /// Whether it is for clusters of this kind.
    pub(crate) fn is_for(&self, platform: Platform) -> bool {
        self.platforms.is_empty() || self.platforms.contains(&platform)
    }

    /// The settings as one schema of an object.
    pub(crate) fn object(&self) -> Value {
        serde_json::json!({
            "type": "object",
            "properties": self.settings,
            "required": self.required,
        })
    }
}

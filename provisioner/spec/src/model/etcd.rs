use super::Resources;
use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Settings of etcd, or an etcd of one's own in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Etcd {
    /// Command-line flags without their leading dashes.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub extra_args: BTreeMap<String, String>,
    /// What its container is given.
    #[schemars(with = "Option<Resources>")]
    #[serde(skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    /// An etcd that runs elsewhere, and is somebody else's business. Default: a member on each
    /// control plane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalEtcd>,
}

/// An etcd that runs elsewhere. The files are on the machine that the program runs on, and are put onto the
/// control planes; a relative path begins at the folder of the spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ExternalEtcd {
    /// Where clients reach its members: `https://10.1.0.5:2379`.
    #[schemars(length(min = 1))]
    pub endpoints: Vec<String>,
    /// The file of the authority that its members' certificates are from.
    #[schemars(with = "String")]
    pub ca: Utf8PathBuf,
    /// The file of the certificate by which its members know the API servers.
    #[schemars(with = "String")]
    pub certificate: Utf8PathBuf,
    /// The file of the key to that certificate.
    #[schemars(with = "String")]
    pub key: Utf8PathBuf,
}

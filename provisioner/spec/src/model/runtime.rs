use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The container runtime.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Runtime {
    /// Settings of containerd.
    #[schemars(with = "Option<Containerd>")]
    pub containerd: Containerd,
}

/// Settings of containerd.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Containerd {
    /// Mirrors of a registry, asked in this order before the registry itself:
    /// `docker.io: [https://mirror.example]`.
    #[schemars(with = "Option<BTreeMap<String, Vec<String>>>")]
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// The proxy through which images are pulled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<HttpProxy>,
    /// Merged into containerd's `config.toml`: `plugins: {...}`.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub settings: Map<String, Value>,
}

/// An HTTP proxy, as the environment variables of the same names describe it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct HttpProxy {
    /// The proxy for `http` addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
    /// The proxy for `https` addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub https: Option<String>,
    /// Names, domains, addresses and ranges that are reached directly.
    #[schemars(with = "Option<Vec<String>>")]
    pub no_proxy: Vec<String>,
}

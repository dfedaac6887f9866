use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Where Helm charts, and helm itself, come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Charts {
    /// Other places of a chart repository, by its URL: they are tried in order, before it. Those of
    /// `https://get.helm.sh` are for helm itself: `PLACE/helm-vVERSION-linux-amd64.tar.gz`.
    #[schemars(with = "Option<BTreeMap<String, Vec<String>>>")]
    pub mirrors: BTreeMap<String, Vec<String>>,
}

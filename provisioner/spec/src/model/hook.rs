use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::Serialize;

/// A playbook of one's own beside a part of `up`: one of `before` and `after` says which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Hook {
    /// The stage, or the playbook in a stage, that comes after it.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The stage, or the playbook in a stage, that comes before it.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The file of the playbook. A relative path begins at the folder of the spec.
    #[schemars(with = "String")]
    pub playbook: Utf8PathBuf,
}

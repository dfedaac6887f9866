use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::Serialize;

/// What makes a cluster harder to attack, and attacks easier to see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Security {
    /// A set of settings; what the spec says for itself comes first. docs/security.md has each with its
    /// reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Whether secrets are encrypted before etcd gets them.
    #[schemars(with = "Option<Encryption>")]
    pub encryption: Encryption,
    /// Whether requests to the API are written down.
    #[schemars(with = "Option<Audit>")]
    pub audit: Audit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Profile {
    /// What the benchmark of the Center for Internet Security asks for, as far as it breaks nothing.
    Cis,
}

/// Whether secrets are encrypted before etcd gets them, with a key that lies on the control planes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Encryption {
    /// Once it is on, it stays on. Default: with the profile `cis`.
    #[schemars(with = "Option<bool>")]
    pub enabled: bool,
}

/// Whether requests to the API are written down, on each control plane in `/var/log/kubernetes/audit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Audit {
    /// Default: with the profile `cis`, or with a `policy`.
    #[schemars(with = "Option<bool>")]
    pub enabled: bool,
    /// The file that says what of which requests (`audit.k8s.io/v1`). A relative path begins at the
    /// folder of the spec. Default: who did what, without contents of secrets.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Utf8PathBuf>,
    /// Days that a log is kept.
    #[schemars(with = "Option<u32>", range(min = 1, max = 3650), extend("default" = 30))]
    pub max_age_days: u32,
    /// How many logs are kept beside the one that is written.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1000), extend("default" = 10))]
    pub max_backups: u32,
    /// Megabytes after which a new log is begun.
    #[schemars(with = "Option<u32>", range(min = 1, max = 10000), extend("default" = 100))]
    pub max_megabytes: u32,
}

impl Audit {
    /// The values that the benchmark asks for.
    pub(crate) const MAX_AGE_DAYS: u32 = 30;
    pub(crate) const MAX_BACKUPS: u32 = 10;
    pub(crate) const MAX_MEGABYTES: u32 = 100;
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            enabled: false,
            policy: None,
            max_age_days: Self::MAX_AGE_DAYS,
            max_backups: Self::MAX_BACKUPS,
            max_megabytes: Self::MAX_MEGABYTES,
        }
    }
}

use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::Serialize;

/// The user where neither the spec nor `~/.ssh/config` names one.
pub const DEFAULT_USER: &str = "root";
/// The port where neither the spec nor `~/.ssh/config` names one.
pub const DEFAULT_PORT: u16 = 22;

/// How to reach a host and become root there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Ssh {
    /// The user to log in as. Default: what `~/.ssh/config` says, else `root`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The port of sshd. Default: what `~/.ssh/config` says, else 22.
    #[schemars(range(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The file of the private key; `~` is the home directory. Default: the agent's keys and those
    /// that `~/.ssh/config` names.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key: Option<Utf8PathBuf>,
    /// Where the passphrase of the private key is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<SecretSource>,
    /// Where the password for logging in is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretSource>,
    /// Whether to become root with sudo.
    #[schemars(with = "Option<bool>", extend("default" = false))]
    pub sudo: bool,
    /// Where the password that sudo asks for is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sudo_password: Option<SecretSource>,
    /// The host to go through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bastion: Option<Box<Bastion>>,
}

/// A host on the way to the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Bastion {
    /// Its name or address.
    pub address: String,
    /// The user to log in as. Default: what `~/.ssh/config` says, else `root`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The port of sshd. Default: what `~/.ssh/config` says, else 22.
    #[schemars(range(min = 1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The file of the private key; `~` is the home directory. Default: the agent's keys and those
    /// that `~/.ssh/config` names.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key: Option<Utf8PathBuf>,
    /// Where the passphrase of the private key is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<SecretSource>,
    /// Where the password for logging in is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretSource>,
    /// The host to go through on the way to this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bastion: Option<Box<Bastion>>,
}

/// Where a secret is found; the spec itself holds none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SecretSource {
    /// The environment variable of this name.
    Env(String),
    /// The first line of this file; `~` is the home directory.
    File(#[schemars(with = "String")] Utf8PathBuf),
}

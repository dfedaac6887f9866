use serde::Serialize;
use serde_json::{Map, Value};

/// Something that is installed into the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Addon {
    /// Whether it is installed.
    pub enabled: bool,
    /// Its own settings, defaults filled in. Of secrets only where they are.
    #[serde(flatten)]
    pub settings: Map<String, Value>,
    /// The settings that are hosts, or addresses.
    #[serde(skip)]
    pub(crate) host_settings: Vec<String>,
}

impl Addon {
    /// The settings that name this host.
    pub fn settings_with_host(&self, host: &str) -> impl Iterator<Item = &str> {
        let names_it = move |key: &&str| self.settings.get(*key).is_some_and(|value| value == host);
        self.host_settings.iter().map(String::as_str).filter(names_it)
    }
}

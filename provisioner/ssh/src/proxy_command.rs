use camino::Utf8PathBuf;

use crate::ssh_config::Surroundings;

/// A command as a configuration names it, its tokens not yet replaced: port and user may be said elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyCommand {
    pub(crate) text: String,
    /// The home directory and the name of the user on this machine.
    pub(crate) home: Utf8PathBuf,
    pub(crate) user: String,
}

impl ProxyCommand {
    pub(crate) fn new(text: &str, surroundings: Surroundings<'_>) -> Self {
        let Surroundings { home, user } = surroundings;
        Self { text: text.to_owned(), home: home.to_owned(), user: user.to_owned() }
    }
}

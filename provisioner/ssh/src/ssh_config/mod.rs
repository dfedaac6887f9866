//! What a user has written in `~/.ssh/config` (`ssh_config(5)`).
//!
//! Understood are `Host` and `Match` (`all`, `host`, `originalhost`, `user`, `localuser`),
//! `HostName`, `User`, `Port`, `IdentityFile`, `IdentitiesOnly`, `IdentityAgent`, `ProxyJump`,
//! `ProxyCommand`, `UserKnownHostsFile` and `Include`; other keywords are passed over. As everywhere in that file,
//! the first value wins.

mod directive;
mod include;
mod resolve;
#[cfg(test)]
mod tests;
mod tokens;

pub use include::read;
pub use resolve::{HostConfig, Jump, endpoint, resolve};
pub use tokens::Surroundings;
pub(crate) use tokens::Tokens;

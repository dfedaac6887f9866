//! The keys that an ssh-agent holds.

use camino::Utf8Path;
use russh::keys::agent::client::AgentClient;
use russh::keys::agent::{AgentIdentity, AgentSessionBinding};
use russh::keys::{self, PublicKey};
use tokio::net::UnixStream;

use crate::host_keys::same;

/// An agent and what it holds.
pub(crate) struct Agent {
    pub(crate) client: AgentClient<UnixStream>,
    pub(crate) identities: Vec<AgentIdentity>,
}

impl Agent {
    /// Connects to an agent and lists its keys, on behalf of the connection that `binding` names.
    pub(crate) async fn open(
        socket: &Utf8Path,
        binding: Option<&AgentSessionBinding>,
    ) -> Result<Self, keys::Error> {
        let mut client = AgentClient::connect_uds(socket).await?;
        if let Some(binding) = binding {
            // Only agents with destination-constrained keys understand this; those without lose
            // nothing by refusing.
            let _ = client.bind_session(binding, false).await;
        }
        let identities = client.request_identities().await?;
        Ok(Self { client, identities })
    }

    /// Takes the identity with this key off the list, if the agent has it.
    pub(crate) fn take(&mut self, key: Option<&PublicKey>) -> Option<AgentIdentity> {
        let key = key?;
        let is_it = |identity: &AgentIdentity| same(&identity.public_key(), key);
        let position = self.identities.iter().position(is_it)?;
        Some(self.identities.remove(position))
    }
}

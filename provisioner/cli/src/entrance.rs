//! The way to the API of a cluster on hosts, for the room that installs addons.

use std::sync::Arc;

use provisioner_hosts::{Gateway, HostsError, Passage, Site};
use provisioner_kube::{Entrance, EntranceError, Stream};
use secrecy::SecretString;

/// Through the hosts: their authority signs, and their SSH leads there where nothing else does.
#[derive(Debug)]
pub(crate) struct HostsEntrance {
    site: Arc<Site>,
    gateway: Gateway,
}

impl HostsEntrance {
    pub(crate) fn new(site: &Arc<Site>) -> Self {
        Self { site: Arc::clone(site), gateway: Gateway::new(Arc::clone(site)) }
    }
}

#[async_trait::async_trait]
impl Entrance for HostsEntrance {
    async fn kubeconfig(&self) -> Result<SecretString, EntranceError> {
        let kubeconfig = provisioner_hosts::run_kubeconfig(Arc::clone(&self.site)).await;
        let kubeconfig = kubeconfig.map_err(|error| closed(&error))?;
        kubeconfig.to_yaml().map_err(|error| closed(&HostsError::Pki(error)))
    }

    async fn dial(&self) -> Result<Box<dyn Stream>, EntranceError> {
        Ok(match self.gateway.dial().await.map_err(|error| closed(&error))? {
            Passage::Straight(stream) => Box::new(stream),
            Passage::Through(tunnel) => Box::new(tunnel),
        })
    }
}

fn closed(error: &HostsError) -> EntranceError {
    EntranceError {
        message: error.to_string(),
        hint: error.hint(),
        no_cluster: matches!(error, HostsError::NoCluster(_)),
    }
}

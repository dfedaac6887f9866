//! The way from this machine to the cluster's API.

use std::sync::Arc;
use std::time::{Duration, Instant};

use provisioner_spec::API_SERVER_PORT;
use provisioner_ssh::{Connection, Connector, Tunnel};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::{HostsError, Site};

/// Who does not answer a connection for this long is out of reach from here.
const DIRECTLY: Duration = Duration::from_secs(2);
/// How long each control plane is tried for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Connections to the API: straight to its endpoint where that can be reached, else through the SSH
/// connection to a control plane, one of its own, so that nothing else holds it up.
pub struct Gateway {
    site: Arc<Site>,
    connector: Connector,
    way: Mutex<Option<Way>>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Gateway").finish_non_exhaustive()
    }
}

/// What has worked before.
#[derive(Clone)]
enum Way {
    Straight,
    Through(Connection, String),
}

/// A connection to the API.
#[derive(Debug)]
pub enum Passage {
    Straight(TcpStream),
    Through(Tunnel),
}

impl Gateway {
    pub fn new(site: Arc<Site>) -> Self {
        let connector = Connector::new(site.access.ssh_options());
        Self { site, connector, way: Mutex::new(None) }
    }

    /// A new connection to an API server.
    ///
    /// # Errors
    /// Neither the endpoint nor any control plane can be reached.
    pub async fn dial(&self) -> Result<Passage, HostsError> {
        let mut way = self.way.lock().await;
        if let Some(known) = way.clone() {
            // What has worked may be gone: the holder of the VIP, a control plane.
            if let Ok(passage) = self.along(&known).await {
                return Ok(passage);
            }
        }
        *way = None;
        if let Ok(passage) = self.along(&Way::Straight).await {
            *way = Some(Way::Straight);
            return Ok(passage);
        }
        let (through, passage) = self.find_way_through().await?;
        *way = Some(through);
        Ok(passage)
    }

    async fn along(&self, way: &Way) -> Result<Passage, HostsError> {
        match way {
            Way::Straight => {
                let endpoint = &self.site.cluster.hosts.api_endpoint;
                let connecting = TcpStream::connect((endpoint.address.as_str(), endpoint.port));
                let connected = timeout(DIRECTLY, connecting).await;
                let silent = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
                let stream = connected.map_err(silent).and_then(|stream| stream);
                let stream = stream.and_then(|stream| stream.set_nodelay(true).map(|()| stream));
                stream.map(Passage::Straight).map_err(|error| HostsError::NoControlPlane {
                    cluster: self.site.cluster.name.clone(),
                    reasons: error.to_string(),
                })
            }
            Way::Through(connection, address) => {
                Ok(Passage::Through(connection.tunnel(address, API_SERVER_PORT).await?))
            }
        }
    }

    async fn find_way_through(&self) -> Result<(Way, Passage), HostsError> {
        let mut reasons = Vec::new();
        for host in self.site.cluster.control_planes() {
            let endpoint = self.site.access.endpoint(host);
            let until = Instant::now() + PATIENCE;
            match self.connector.connect_with_backoff(&endpoint, until).await {
                Ok(connection) => {
                    let way = Way::Through(connection, host.address.to_string());
                    match self.along(&way).await {
                        Ok(passage) => return Ok((way, passage)),
                        Err(error) => reasons.push(error.to_string()),
                    }
                }
                Err(error) => reasons.push(error.to_string()),
            }
        }
        let reasons = reasons.join("; ");
        Err(HostsError::NoControlPlane { cluster: self.site.cluster.name.clone(), reasons })
    }
}

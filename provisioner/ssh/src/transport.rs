//! The bytes beneath a connection: TCP, or a tunnel through a bastion.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};

use crate::endpoint::Endpoint;
use crate::error::SshError;

/// What an SSH conversation can be held over.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Transport for T {}

/// Opens a TCP connection: to the first of the host's addresses that answers.
pub(crate) async fn connect(endpoint: &Endpoint) -> Result<TcpStream, SshError> {
    let host = endpoint.label();
    let mut last = None;
    for address in resolve(endpoint).await? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Without it, every small write waits for the answer to the one before.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!("{host}: no TCP_NODELAY: {error}");
                }
                return Ok(stream);
            }
            Err(error) => last = Some(error),
        }
    }
    Err(match last {
        Some(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            SshError::Refused { host }
        }
        Some(source) => SshError::Unreachable { host, source },
        None => SshError::Unresolved { host, source: io::Error::other("it has no address") },
    })
}

async fn resolve(endpoint: &Endpoint) -> Result<impl Iterator<Item = SocketAddr>, SshError> {
    lookup_host((endpoint.host.as_str(), endpoint.port))
        .await
        .map_err(|source| SshError::Unresolved { host: endpoint.label(), source })
}

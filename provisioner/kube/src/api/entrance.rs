use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncWrite};

/// A connection to an API server, whatever it goes through.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The way to the API of a cluster. Where it leads is the matter of whoever knows the cluster's
/// hosts, or its cloud.
#[async_trait::async_trait]
pub trait Entrance: Send + Sync {
    /// A kubeconfig with an administrator's rights; its server says what the certificate is for.
    ///
    /// # Errors
    /// There is no cluster yet, or nobody can be asked.
    async fn kubeconfig(&self) -> Result<SecretString, EntranceError>;

    /// A new connection to an API server.
    ///
    /// # Errors
    /// None can be reached.
    async fn dial(&self) -> Result<Box<dyn Stream>, EntranceError>;
}

/// Why the API cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EntranceError {
    pub message: String,
    pub hint: Option<String>,
    /// The cluster does not exist yet, so that nothing is in it.
    pub no_cluster: bool,
}

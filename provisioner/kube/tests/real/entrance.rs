use provisioner_kube::{Entrance, EntranceError, Stream};
use provisioner_tests_api_server::ApiServer;
use secrecy::SecretString;
use tokio::net::TcpStream;

/// Straight to the API server.
pub(crate) struct LocalEntrance {
    port: u16,
    kubeconfig: String,
}

impl LocalEntrance {
    pub(crate) fn to(server: &ApiServer) -> Self {
        Self { port: server.port, kubeconfig: server.kubeconfig() }
    }
}

#[async_trait::async_trait]
impl Entrance for LocalEntrance {
    async fn kubeconfig(&self) -> Result<SecretString, EntranceError> {
        Ok(self.kubeconfig.clone().into())
    }

    async fn dial(&self) -> Result<Box<dyn Stream>, EntranceError> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await;
        let stream = stream.map_err(|error| EntranceError {
            message: error.to_string(),
            hint: None,
            no_cluster: false,
        })?;
        Ok(Box::new(stream))
    }
}

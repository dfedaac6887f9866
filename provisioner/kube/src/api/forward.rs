use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{Entrance, Stream};
use crate::KubeError;

/// A port of this machine's loopback behind which something else is, for as long as this lives.
#[derive(Debug)]
pub struct Forward {
    port: u16,
    task: JoinHandle<()>,
}

impl Forward {
    /// A port for the API server: for programs that can only connect to an address.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn to_api(entrance: Arc<dyn Entrance>) -> Result<Self, KubeError> {
        Self::start(move || {
            let entrance = Arc::clone(&entrance);
            async move { entrance.dial().await.ok() }
        })
        .await
    }

    /// A port on which every connection is joined with one that `dial` makes.
    ///
    /// # Errors
    /// No port can be had.
    pub(crate) async fn start<D, F>(dial: D) -> Result<Self, KubeError>
    where
        D: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Option<Box<dyn Stream>>> + Send + 'static,
    {
        let failed = |source| KubeError::Read { path: "127.0.0.1:0".into(), source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(join(near, dial()));
            }
        });
        Ok(Self { port, task })
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

async fn join(mut near: TcpStream, far: impl Future<Output = Option<Box<dyn Stream>>>) {
    // Whoever has connected sees the end of it.
    if let Some(mut far) = far.await {
        let _ = copy_bidirectional(&mut near, &mut far).await;
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        self.task.abort();
    }
}

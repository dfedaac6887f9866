//! kube's client on connections of ours.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use kube::Client;
use kube::client::ConfigExt as _;
use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower::{BoxError, ServiceBuilder};

use super::{Entrance, EntranceError, Stream};
use crate::KubeError;

/// A client whose connections the entrance makes; the kubeconfig's server is what they are for.
pub(super) async fn client(
    entrance: Arc<dyn Entrance>,
    kubeconfig: &SecretString,
) -> Result<Client, KubeError> {
    let kubeconfig = Kubeconfig::from_yaml(kubeconfig.expose_secret()).map_err(unusable)?;
    let options = KubeConfigOptions::default();
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(unusable)?;
    let connector = tower::service_fn(move |_: Uri| {
        let entrance = Arc::clone(&entrance);
        async move {
            let stream = entrance.dial().await.map_err(io::Error::other)?;
            Ok::<_, io::Error>(TokioIo::new(Wire(stream)))
        }
    });
    let connector = config.rustls_https_connector_with_connector(connector)?;
    let http = HttpClient::builder(TokioExecutor::new()).build(connector);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .map_err(BoxError::from)
        .service(http);
    Ok(Client::new(service, config.default_namespace))
}

fn unusable(error: impl std::fmt::Display) -> KubeError {
    KubeError::Entrance(EntranceError {
        message: format!("its kubeconfig cannot be used: {error}"),
        hint: None,
        no_cluster: false,
    })
}

struct Wire(Box<dyn Stream>);

impl Connection for Wire {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

//! The way to the API of a cluster on EKS, for the room that installs addons.

use std::sync::Arc;
use std::time::Duration;

use provisioner_aws::{AwsError, AwsSite};
use provisioner_kube::{Entrance, EntranceError, Stream, Surroundings};
use secrecy::SecretString;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep, timeout};

use crate::environment;
use crate::place::Place;

/// Who does not answer a connection for this long is out of reach from here.
const DIAL: Duration = Duration::from_secs(5);
/// The name of an endpoint that was just made is not known everywhere at once.
const PATIENCE: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_secs(2);

/// Straight to the endpoint; who wants a token asks this program, as kubectl does, again when one expires.
#[derive(Debug)]
pub(super) struct EksEntrance {
    site: AwsSite,
    patience: Duration,
    kubeconfig: OnceCell<String>,
}

impl EksEntrance {
    fn new(site: &AwsSite) -> Self {
        Self { site: site.clone(), patience: Duration::ZERO, kubeconfig: OnceCell::new() }
    }

    /// For a cluster that may have been made a moment ago.
    pub(super) fn patient(site: &AwsSite) -> Self {
        Self { patience: PATIENCE, ..Self::new(site) }
    }

    async fn made(&self) -> Result<&String, EntranceError> {
        let program = environment::program();
        let profile = environment::aws_profile();
        let make = || provisioner_aws::kubeconfig(self.site.clone(), &program, profile.as_deref());
        self.kubeconfig.get_or_try_init(make).await.map_err(|error| closed(&error))
    }

    fn unreachable(&self, server: &str, reason: &str) -> EntranceError {
        let eks = &self.site.cluster.eks;
        let hint = if eks.endpoint.public {
            "is its address among `eks.endpoint.publicCidrs`?"
        } else {
            "`eks.endpoint.public` is false: this has to run inside the VPC"
        };
        EntranceError {
            message: format!("https://{server} does not answer: {reason}"),
            hint: Some(hint.to_owned()),
            no_cluster: false,
        }
    }
}

#[async_trait::async_trait]
impl Entrance for EksEntrance {
    async fn kubeconfig(&self) -> Result<SecretString, EntranceError> {
        Ok(self.made().await?.clone().into())
    }

    async fn dial(&self) -> Result<Box<dyn Stream>, EntranceError> {
        let server = server(self.made().await?);
        let begun = Instant::now();
        loop {
            let reason = match connect(&server).await {
                Ok(stream) => return Ok(Box::new(stream)),
                Err(reason) => reason,
            };
            if begun.elapsed() >= self.patience {
                return Err(self.unreachable(&server, &reason.to_string()));
            }
            sleep(PAUSE).await;
        }
    }
}

async fn connect(server: &str) -> std::io::Result<TcpStream> {
    let stream = timeout(DIAL, TcpStream::connect(server)).await??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Host and port of the server of a kubeconfig.
fn server(kubeconfig: &str) -> String {
    let document: Value = serde_json::from_str(kubeconfig).unwrap_or_default();
    let url = document["clusters"][0]["cluster"]["server"].as_str().unwrap_or_default();
    let host = url.trim_start_matches("https://").trim_end_matches('/');
    if host.contains(':') { host.to_owned() } else { format!("{host}:443") }
}

fn closed(error: &AwsError) -> EntranceError {
    EntranceError {
        message: error.to_string(),
        hint: error.hint(),
        no_cluster: matches!(error, AwsError::NoCluster(_)),
    }
}

impl From<&AwsSite> for Place {
    fn from(site: &AwsSite) -> Self {
        Self {
            name: site.cluster.name.clone(),
            surroundings: Surroundings::from(&site.cluster),
            mirrors: site.cluster.charts.mirrors.clone(),
            bundle: None,
            entrance: Arc::new(EksEntrance::new(site)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_the_port_of_https_unless_it_names_one() {
        let of =
            |url: &str| server(&format!(r#"{{"clusters":[{{"cluster":{{"server":"{url}"}}}}]}}"#));
        assert_eq!(
            of("https://ab.gr7.eu-west-1.eks.amazonaws.com"),
            "ab.gr7.eu-west-1.eks.amazonaws.com:443"
        );
        assert_eq!(of("https://127.0.0.1:6443/"), "127.0.0.1:6443");
    }
}

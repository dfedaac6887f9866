//! What people reach through the API: pods, and tokens for them.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::core::Request;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Cluster, Reference, Stream};
use crate::KubeError;

/// How long a token is good for.
const SECONDS: u32 = 3600;

impl Cluster {
    /// A token of a service account, valid for an hour (the `TokenRequest` API).
    pub(crate) async fn token(
        &self,
        namespace: &str,
        account: &str,
    ) -> Result<SecretString, KubeError> {
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
        let body = json!({
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": SECONDS},
        });
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let request = Request::new(path)
            .create_subresource("token", account, &kube::api::PostParams::default(), body)
            .map_err(kube::Error::BuildRequest)?;
        let answer: Value = self.client().request(request).await?;
        let token = answer["status"]["token"].as_str().unwrap_or_default();
        Ok(token.to_owned().into())
    }

    /// What a Secret holds, by key.
    pub(crate) async fn secret(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<BTreeMap<String, SecretString>, KubeError> {
        let of = Reference::new("v1", "Secret", Some(namespace), name);
        let secret: Option<k8s_openapi::api::core::v1::Secret> =
            self.get(&of).await?.and_then(|secret| serde_json::from_value(secret).ok());
        let data = secret.and_then(|secret| secret.data).unwrap_or_default();
        let text =
            |bytes: Vec<u8>| SecretString::from(String::from_utf8_lossy(&bytes).into_owned());
        Ok(data.into_iter().map(|(key, bytes)| (key, text(bytes.0))).collect())
    }

    /// A connection to one of the pods that a service leads to.
    pub(crate) async fn stream_to(
        &self,
        namespace: &str,
        service: &str,
        port: u16,
    ) -> Result<Box<dyn Stream>, KubeError> {
        let (pod, port) = self.behind(namespace, service, port).await?;
        let pods: Api<Pod> = Api::namespaced(self.client(), namespace);
        let mut forwarder = pods.portforward(&pod, &[port]).await?;
        let stream = forwarder.take_stream(port).ok_or_else(|| nobody(namespace, service))?;
        // It passes on until both sides have ended.
        tokio::spawn(async move { forwarder.join().await });
        Ok(Box::new(stream))
    }

    /// A ready pod of a service, and the port there.
    async fn behind(
        &self,
        namespace: &str,
        service: &str,
        port: u16,
    ) -> Result<(String, u16), KubeError> {
        let of = Reference::new("v1", "Service", Some(namespace), service);
        let found = self.get(&of).await?.ok_or_else(|| nobody(namespace, service))?;
        let ports = found["spec"]["ports"].as_array().map(Vec::as_slice).unwrap_or_default();
        let named =
            ports.iter().find(|one| one["port"] == port).and_then(|one| one["name"].as_str());
        let of = Reference::new("v1", "Endpoints", Some(namespace), service);
        let endpoints = self.get(&of).await?.unwrap_or_default();
        for subset in endpoints["subsets"].as_array().into_iter().flatten() {
            let ports = subset["ports"].as_array().map(Vec::as_slice).unwrap_or_default();
            let is_it = |one: &&Value| ports.len() == 1 || one["name"].as_str() == named;
            let port = ports.iter().find(is_it).and_then(|one| one["port"].as_u64());
            let pod = subset["addresses"][0]["targetRef"]["name"].as_str();
            if let (Some(pod), Some(port)) = (pod, port.and_then(|port| u16::try_from(port).ok())) {
                return Ok((pod.to_owned(), port));
            }
        }
        Err(nobody(namespace, service))
    }
}

fn nobody(namespace: &str, service: &str) -> KubeError {
    KubeError::NotReady {
        what: format!("the service {namespace}/{service}"),
        reason: "no pod behind it is ready".to_owned(),
    }
}

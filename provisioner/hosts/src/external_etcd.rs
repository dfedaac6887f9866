//! An etcd that runs elsewhere, as the control planes are clients of it.

use provisioner_engine::Redactor;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// Below the folder that every API server sees, and apart from the files of a member that kubeadm makes.
const FOLDER: &str = "/etc/kubernetes/pki/etcd-external";

/// Where the certificate is on control planes.
pub(crate) const CERTIFICATE: &str = "/etc/kubernetes/pki/etcd-external/client.crt";

/// What the API servers show etcd, and know it by: PEM texts.
#[derive(Debug, Clone)]
pub struct EtcdClient {
    /// The authority of its members' certificates.
    pub ca: String,
    pub certificate: String,
    pub key: SecretString,
}

impl EtcdClient {
    /// The files of a control plane, with their paths.
    pub(crate) fn files(&self) -> Value {
        let file = |name: &str, contents: &str| json!({"path": format!("{FOLDER}/{name}"), "contents": contents});
        json!([
            file("ca.crt", &self.ca),
            file("client.crt", &self.certificate),
            file("client.key", self.key.expose_secret()),
        ])
    }

    /// Makes the key known to whatever is shown or recorded.
    pub(crate) fn conceal(&self, redactor: &Redactor) {
        redactor.add(&self.key);
    }
}

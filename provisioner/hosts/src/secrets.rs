//! What a run brings along for the cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use provisioner_engine::Redactor;
use provisioner_pki::{ClusterPki, Validity, bootstrap_token};
use provisioner_spec::Cluster;
use secrecy::{ExposeSecret, SecretString};

use crate::encryption::EncryptionKeys;
use crate::inventory::Inventory;
use crate::{EtcdClient, HostsError};

/// Revoked at the end of the run; this is for a run that has none.
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(2);

/// The cluster's authorities, and a token to join it with.
pub(crate) struct Secrets {
    pub pki: ClusterPki,
    pub join: Join,
    /// Where secrets are encrypted.
    pub encryption: Option<EncryptionKeys>,
    /// Where etcd runs elsewhere.
    pub etcd: Option<EtcdClient>,
    /// Certificate and key of each kubelet, by host; where kubelets are to have new ones.
    pub kubelets: BTreeMap<String, SecretString>,
}

/// The run's own way into the cluster for hosts that join.
pub(crate) struct Join {
    pub needed: bool,
    pub token_id: String,
    pub token_secret: SecretString,
    pub token: SecretString,
    pub manifest: SecretString,
}

impl Secrets {
    /// The authorities that a control plane has, or new ones; and the run's own token.
    ///
    /// # Errors
    /// Authorities on the hosts that are not to be replaced; see [`Inventory::pki`].
    pub(crate) fn new(inventory: &Inventory, cluster: &Cluster) -> Result<Self, HostsError> {
        let now = Timestamp::now();
        let days = cluster.kubernetes.certificates.authority_validity_days;
        let found = inventory.pki(cluster)?;
        let pki = found.map_or_else(|| ClusterPki::generate(now, lifetime(days)), Ok)?;
        let token = bootstrap_token()?;
        let join = Join {
            needed: !inventory.all_nodes_joined(cluster),
            token: token.token(),
            manifest: token.manifest(now + TOKEN_LIFETIME),
            token_secret: token.secret,
            token_id: token.id,
        };
        let is_encrypted = cluster.security.encryption.enabled;
        let encryption =
            is_encrypted.then(|| EncryptionKeys::of(inventory, cluster)).transpose()?;
        Ok(Self { pki, join, encryption, etcd: None, kubelets: BTreeMap::new() })
    }

    /// Signs a client certificate for every kubelet, as the controller manager would.
    ///
    /// # Errors
    /// The authority cannot be read or does not sign.
    pub(crate) fn sign_kubelets(&mut self, cluster: &Cluster) -> Result<(), HostsError> {
        let days = cluster.kubernetes.certificates.validity_days;
        let validity = Validity::starting(Timestamp::now(), lifetime(days))?;
        for host in cluster.nodes() {
            // https://kubernetes.io/docs/reference/access-authn-authz/node/
            let name = format!("system:node:{}", host.name);
            let client = self.pki.sign_client(&name, Some("system:nodes"), &validity)?;
            let pem = format!("{}{}", client.cert_pem, client.key_pem.expose_secret());
            self.kubelets.insert(host.name.clone(), pem.into());
        }
        Ok(())
    }

    /// Makes them known to whatever is shown or recorded.
    pub(crate) fn conceal(&self, redactor: &Redactor) {
        for file in self.pki.files().iter().filter(|file| file.secret) {
            redactor.add(&file.contents);
        }
        for secret in [&self.join.token_secret, &self.join.token, &self.join.manifest] {
            redactor.add(secret);
        }
        if let Some(keys) = &self.encryption {
            keys.conceal(redactor);
        }
        if let Some(etcd) = &self.etcd {
            etcd.conceal(redactor);
        }
        for pem in self.kubelets.values() {
            redactor.add(pem);
        }
    }
}

fn lifetime(days: u32) -> Duration {
    Duration::from_secs(u64::from(days) * 24 * 3600)
}

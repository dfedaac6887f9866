//! What a run brings along for the cluster.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use provisioner_engine::Redactor;
use provisioner_pki::{ClusterPki, bootstrap_token};
use provisioner_spec::Cluster;
use secrecy::SecretString;

use crate::HostsError;
use crate::inventory::Inventory;

/// Ten years, as kubeadm's own authorities.
const CA_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// Revoked at the end of the run; this is for a run that has none.
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(2);

/// The cluster's authorities, and a token to join it with.
pub(crate) struct Secrets {
    pub pki: ClusterPki,
    pub join: Join,
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
        let pki = match inventory.pki(cluster)? {
            Some(pki) => pki,
            None => ClusterPki::generate(now, CA_LIFETIME)?,
        };
        let token = bootstrap_token()?;
        let join = Join {
            needed: !inventory.all_joined(cluster),
            token: token.token(),
            manifest: token.manifest(now + TOKEN_LIFETIME),
            token_secret: token.secret,
            token_id: token.id,
        };
        Ok(Self { pki, join })
    }

    /// Makes them known to whatever is shown or recorded.
    pub(crate) fn conceal(&self, redactor: &Redactor) {
        for file in self.pki.files().iter().filter(|file| file.secret) {
            redactor.add(&file.contents);
        }
        for secret in [&self.join.token_secret, &self.join.token, &self.join.manifest] {
            redactor.add(secret);
        }
    }
}

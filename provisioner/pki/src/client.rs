use secrecy::SecretString;
use semver::Version;

/// A client's certificate with its key.
#[derive(Clone, Debug)]
pub struct ClientCertificate {
    pub cert_pem: String,
    pub key_pem: SecretString,
}

/// The group that an administrator's certificate names, as kubeadm's `admin.conf` does.
///
/// Since 1.29 `kubeadm init` binds `kubeadm:cluster-admins` to the role cluster-admin, so that the
/// right can be withdrawn; `system:masters` cannot be. Before, only the latter exists.
pub fn admin_organization(kubernetes: &Version) -> &'static str {
    if (kubernetes.major, kubernetes.minor) >= (1, 29) {
        "kubeadm:cluster-admins"
    } else {
        "system:masters"
    }
}

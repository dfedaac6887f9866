use rcgen::{KeyPair, PKCS_RSA_SHA256, PublicKeyData};
use secrecy::SecretString;

use crate::{Error, pem};

/// The key pair that signs the tokens of service accounts.
#[derive(Clone, Debug)]
pub struct ServiceAccountKey {
    pub private_pem: SecretString,
    pub public_pem: String,
}

impl ServiceAccountKey {
    /// RSA 2048, unlike the authorities: kubeadm 1.20 refuses a `sa.key` that is not RSA when a
    /// control plane joins ("isn't in RSA format", `TryLoadPrivatePublicKeyFromDisk`), and clouds
    /// that federate with service accounts verify RS256 everywhere but ES256 only in places.
    ///
    /// # Errors
    /// [`Error::Generate`].
    pub fn generate() -> Result<Self, Error> {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).map_err(Error::Generate)?;
        Ok(Self { private_pem: key.serialize_pem().into(), public_pem: key.public_key_pem() })
    }

    pub(crate) fn load(
        (private_name, private_pem): (&str, &SecretString),
        (public_name, public_pem): (&str, &str),
    ) -> Result<Self, Error> {
        let key = pem::private_key(private_name, private_pem)?;
        if pem::public_key(public_name, public_pem)? != key.subject_public_key_info() {
            return Err(Error::KeyMismatch {
                certificate: public_name.to_owned(),
                key: private_name.to_owned(),
            });
        }
        Ok(Self { private_pem: private_pem.clone(), public_pem: public_pem.to_owned() })
    }
}

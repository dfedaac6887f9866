use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::Error;

const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const NAMESPACE: &str = "kube-system";

/// A token with which nodes join: "abcdef.0123456789abcdef" (Kubernetes reference, "Authenticating
/// with Bootstrap Tokens"). The part before the dot is no secret.
#[derive(Clone, Debug)]
pub struct BootstrapToken {
    pub id: String,
    pub secret: SecretString,
}

/// A new token from the operating system's random numbers.
///
/// # Errors
/// [`Error::Random`].
pub fn bootstrap_token() -> Result<BootstrapToken, Error> {
    Ok(BootstrapToken { id: random_text(6)?, secret: random_text(16)?.into() })
}

impl BootstrapToken {
    /// The whole token.
    pub fn token(&self) -> SecretString {
        format!("{}.{}", self.id, self.secret.expose_secret()).into()
    }

    /// The name of its Secret in kube-system; deleting that Secret revokes the token.
    pub fn secret_name(&self) -> String {
        format!("bootstrap-token-{}", self.id)
    }

    /// The Secret that makes the API server accept the token until `expiration`: JSON, so YAML too.
    pub fn manifest(&self, expiration: Timestamp) -> SecretString {
        let expiration = expiration.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        serde_json::json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": self.secret_name(), "namespace": NAMESPACE},
            "type": "bootstrap.kubernetes.io/token",
            "stringData": {
                "description": "Nodes join with it during a run of provisioner.",
                "token-id": self.id,
                "token-secret": self.secret.expose_secret(),
                "expiration": expiration,
                "usage-bootstrap-authentication": "true",
                "usage-bootstrap-signing": "true",
                "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token",
            },
        })
        .to_string()
        .into()
    }
}

/// Bytes past the last whole multiple of the alphabet are drawn again, so that every letter is
/// equally likely.
fn random_text(length: usize) -> Result<String, Error> {
    let fair = u8::MAX - u8::MAX % 36;
    let random = SystemRandom::new();
    let mut text = String::with_capacity(length);
    let mut bytes = Zeroizing::new([0_u8; 32]);
    while text.len() < length {
        random.fill(bytes.as_mut()).map_err(|_| Error::Random)?;
        let letters = bytes.iter().filter(|byte| **byte < fair);
        let missing = length - text.len();
        text.extend(letters.take(missing).map(|byte| char::from(ALPHABET[usize::from(byte % 36)])));
    }
    Ok(text)
}

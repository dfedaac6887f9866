use rcgen::KeyPair;
use secrecy::{ExposeSecret, SecretString};
use x509_parser::pem::Pem;
use zeroize::Zeroizing;

use crate::Error;

const CERTIFICATE: &str = "CERTIFICATE";
const PUBLIC_KEY: &str = "PUBLIC KEY";
const PRIVATE_KEYS: [&str; 3] = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

/// The DER of the first certificate; kubeadm, too, takes the first one of a chain.
pub(crate) fn certificate(what: &str, pem: &str) -> Result<Vec<u8>, Error> {
    first_block(what, pem, CERTIFICATE, |label| label == CERTIFICATE)
}

pub(crate) fn public_key(what: &str, pem: &str) -> Result<Vec<u8>, Error> {
    first_block(what, pem, PUBLIC_KEY, |label| label == PUBLIC_KEY)
}

/// Reads PKCS#8, PKCS#1 (kubeadm's RSA keys) and SEC1 (its ECDSA keys). Other blocks are passed
/// over: `openssl ecparam` puts "EC PARAMETERS" in front of the key.
pub(crate) fn private_key(what: &str, pem: &SecretString) -> Result<KeyPair, Error> {
    let der = Zeroizing::new(first_block(what, pem.expose_secret(), "PRIVATE KEY", |label| {
        PRIVATE_KEYS.contains(&label)
    })?);
    KeyPair::try_from(der.as_slice()).map_err(|error| malformed(what, &error))
}

pub(crate) fn malformed(what: &str, reason: &dyn std::fmt::Display) -> Error {
    Error::Malformed { what: what.to_owned(), reason: reason.to_string() }
}

fn first_block(
    what: &str,
    pem: &str,
    expected: &'static str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<u8>, Error> {
    for block in Pem::iter_from_buffer(pem.as_bytes()) {
        let block = block.map_err(|error| malformed(what, &error))?;
        if wanted(&block.label) {
            return Ok(block.contents);
        }
    }
    Err(Error::NoPemBlock { what: what.to_owned(), expected })
}

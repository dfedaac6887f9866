use rcgen::PublicKeyData as _;
use secrecy::SecretString;

use crate::certificate::parse;
use crate::{Error, pem};

/// Whether the key is that of the certificate. The names are for the messages.
///
/// # Errors
/// [`Error::KeyMismatch`], and what is wrong with one of the two.
pub fn check_key(
    (certificate_name, certificate): (&str, &str),
    (key_name, key): (&str, &SecretString),
) -> Result<(), Error> {
    let der = pem::certificate(certificate_name, certificate)?;
    let parsed = parse(certificate_name, &der)?;
    let key = pem::private_key(key_name, key)?;
    if parsed.public_key().raw == key.subject_public_key_info() {
        return Ok(());
    }
    Err(Error::KeyMismatch { certificate: certificate_name.to_owned(), key: key_name.to_owned() })
}

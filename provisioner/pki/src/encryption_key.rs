use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::Error;

/// Of secretbox, in bytes.
const LENGTH: usize = 32;

/// A new key for secrets at rest, in base64, from the operating system's random numbers.
///
/// # Errors
/// [`Error::Random`].
pub fn encryption_key() -> Result<SecretString, Error> {
    let mut bytes = Zeroizing::new([0; LENGTH]);
    SystemRandom::new().fill(bytes.as_mut()).map_err(|_| Error::Random)?;
    Ok(BASE64_STANDARD.encode(bytes.as_ref()).into())
}

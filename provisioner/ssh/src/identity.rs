//! Private keys in files.

use std::io;

use camino::Utf8Path;
use russh::keys::{self, Certificate, PrivateKey, PublicKey};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

/// Why a private key could not be used. Reads well after the file's name and a colon.
#[derive(Debug, Error)]
pub(crate) enum IdentityError {
    #[error("no such file")]
    Missing,
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    #[error("is encrypted, and no passphrase was given")]
    PassphraseNeeded,
    #[error("the passphrase does not open it")]
    PassphraseWrong,
    #[error("is no private key that is understood: {0}")]
    Malformed(keys::Error),
}

/// Reads a private key: OpenSSH, PKCS#8 or PKCS#1 PEM, encrypted or not.
pub(crate) fn load(
    file: &Utf8Path,
    passphrase: Option<&SecretString>,
) -> Result<PrivateKey, IdentityError> {
    let text = read(file)?;
    let text = text.expose_secret();
    if !is_encrypted(text) {
        return keys::decode_secret_key(text, None).map_err(IdentityError::Malformed);
    }
    let passphrase = passphrase.ok_or(IdentityError::PassphraseNeeded)?;
    // Whatever goes wrong with an encrypted key that has the right form, the formats cannot tell
    // it from a wrong passphrase.
    keys::decode_secret_key(text, Some(passphrase.expose_secret()))
        .map_err(|_| IdentityError::PassphraseWrong)
}

/// The certificate beside a private key, `FILE-cert.pub`, if there is one.
pub(crate) fn certificate(file: &Utf8Path) -> Option<Certificate> {
    keys::load_openssh_certificate(format!("{file}-cert.pub")).ok()
}

/// The public half of a private key, without its passphrase: from the file itself, or from the
/// `.pub` file beside it.
pub(crate) fn public_half(file: &Utf8Path) -> Option<PublicKey> {
    let text = read(file).ok()?;
    if let Ok(key) = PrivateKey::from_openssh(text.expose_secret()) {
        return Some(key.public_key().clone());
    }
    let beside = fs_err::read_to_string(format!("{file}.pub")).ok()?;
    PublicKey::from_openssh(&beside).ok()
}

fn read(file: &Utf8Path) -> Result<SecretString, IdentityError> {
    match fs_err::read_to_string(file) {
        Ok(text) => Ok(SecretString::from(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(IdentityError::Missing),
        Err(error) => Err(IdentityError::Unreadable(error)),
    }
}

fn is_encrypted(text: &str) -> bool {
    text.contains("BEGIN ENCRYPTED PRIVATE KEY")
        || text.contains("Proc-Type: 4,ENCRYPTED")
        || PrivateKey::from_openssh(text).is_ok_and(|key| key.is_encrypted())
}

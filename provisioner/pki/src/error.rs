/// Everything that can go wrong here. No message contains key material.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("generate a key: {0}")]
    Generate(#[source] rcgen::Error),
    #[error("sign the certificate of {name}: {source}")]
    Sign { name: String, source: rcgen::Error },
    #[error("read {what}: there is no {expected} PEM block in it")]
    NoPemBlock { what: String, expected: &'static str },
    #[error("read {what}: it is damaged ({reason})")]
    Malformed { what: String, reason: String },
    #[error("use {certificate}: {key} is the key of another certificate")]
    KeyMismatch { certificate: String, key: String },
    #[error("use {certificate}: it is not a certificate authority")]
    NotAnAuthority { certificate: String },
    #[error("sign with the authority {name:?}: a name of this form cannot be repeated exactly")]
    AuthorityName { name: String },
    #[error("use a validity of {seconds} s from {from}: it does not fit into a certificate")]
    Validity { from: jiff::Timestamp, seconds: u64 },
    #[error("get random numbers from the operating system")]
    Random,
    #[error("read the kubeconfig: {0}")]
    KubeconfigSyntax(String),
    #[error("read the kubeconfig: {path} is not {expected}")]
    KubeconfigShape { path: String, expected: &'static str },
    #[error("write the kubeconfig: {0}")]
    KubeconfigWrite(String),
}

/// A host key that no `known_hosts` file mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownHostKey {
    /// How messages call the host.
    pub name: String,
    /// Its address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The key's algorithm, such as `ssh-ed25519`.
    pub algorithm: String,
    /// The key's fingerprint, `SHA256:...`.
    pub fingerprint: String,
}

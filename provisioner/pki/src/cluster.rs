use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use aws_lc_rs::digest;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::{Authority, ClientCertificate, Error, ServiceAccountKey, Validity, pem};

const CA_CERT: &str = "/etc/kubernetes/pki/ca.crt";
const CA_KEY: &str = "/etc/kubernetes/pki/ca.key";
const FRONT_PROXY_CERT: &str = "/etc/kubernetes/pki/front-proxy-ca.crt";
const FRONT_PROXY_KEY: &str = "/etc/kubernetes/pki/front-proxy-ca.key";
const ETCD_CERT: &str = "/etc/kubernetes/pki/etcd/ca.crt";
const ETCD_KEY: &str = "/etc/kubernetes/pki/etcd/ca.key";
const SERVICE_ACCOUNT_PRIVATE: &str = "/etc/kubernetes/pki/sa.key";
const SERVICE_ACCOUNT_PUBLIC: &str = "/etc/kubernetes/pki/sa.pub";

/// What all control planes of a cluster share, where kubeadm looks for it: the very files that
/// `kubeadm init --upload-certs` would hand on.
pub const PKI_FILES: [&str; 8] = [
    CA_CERT,
    CA_KEY,
    FRONT_PROXY_CERT,
    FRONT_PROXY_KEY,
    ETCD_CERT,
    ETCD_KEY,
    SERVICE_ACCOUNT_PRIVATE,
    SERVICE_ACCOUNT_PUBLIC,
];

/// One file of the set.
#[derive(Clone, Debug)]
pub struct PkiFile {
    pub path: &'static str,
    pub contents: SecretString,
    /// Whether the contents must never be shown; certificates and public keys may be.
    pub secret: bool,
    pub mode: u32,
}

/// The roots of trust of a cluster.
#[derive(Clone, Debug)]
pub struct ClusterPki {
    pub ca: Authority,
    pub front_proxy_ca: Authority,
    pub etcd_ca: Authority,
    pub service_account: ServiceAccountKey,
}

impl ClusterPki {
    /// A new set, each authority valid from `now` for `lifetime` (kubeadm's own: ten years).
    ///
    /// # Errors
    /// [`Error::Validity`], [`Error::Generate`], [`Error::Sign`].
    pub fn generate(now: Timestamp, lifetime: Duration) -> Result<Self, Error> {
        let validity = Validity::starting(now, lifetime)?;
        Ok(Self {
            ca: Authority::generate("kubernetes", &validity)?,
            front_proxy_ca: Authority::generate("front-proxy-ca", &validity)?,
            etcd_ca: Authority::generate("etcd-ca", &validity)?,
            service_account: ServiceAccountKey::generate()?,
        })
    }

    /// The set as files of a control plane, in the order of [`PKI_FILES`].
    pub fn files(&self) -> Vec<PkiFile> {
        vec![
            public(CA_CERT, &self.ca.cert_pem),
            secret(CA_KEY, &self.ca.key_pem),
            public(FRONT_PROXY_CERT, &self.front_proxy_ca.cert_pem),
            secret(FRONT_PROXY_KEY, &self.front_proxy_ca.key_pem),
            public(ETCD_CERT, &self.etcd_ca.cert_pem),
            secret(ETCD_KEY, &self.etcd_ca.key_pem),
            secret(SERVICE_ACCOUNT_PRIVATE, &self.service_account.private_pem),
            public(SERVICE_ACCOUNT_PUBLIC, &self.service_account.public_pem),
        ]
    }

    /// The set as it was read from a host, by path. `None` unless all of [`PKI_FILES`] are there;
    /// an empty file counts as missing. [`ClusterPki::missing_files`] tells none from some, which
    /// matters: a host with some of them may belong to a cluster whose authority is kept elsewhere.
    ///
    /// # Errors
    /// A complete set in which a file is damaged, or a key and its certificate do not belong
    /// together.
    pub fn from_files(files: &BTreeMap<String, SecretString>) -> Result<Option<Self>, Error> {
        if !Self::missing_files(files).is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            ca: authority(files, CA_CERT, CA_KEY)?,
            front_proxy_ca: authority(files, FRONT_PROXY_CERT, FRONT_PROXY_KEY)?,
            etcd_ca: authority(files, ETCD_CERT, ETCD_KEY)?,
            service_account: ServiceAccountKey::load(
                (SERVICE_ACCOUNT_PRIVATE, contents(files, SERVICE_ACCOUNT_PRIVATE)?),
                (SERVICE_ACCOUNT_PUBLIC, contents(files, SERVICE_ACCOUNT_PUBLIC)?.expose_secret()),
            )?,
        }))
    }

    /// Which of [`PKI_FILES`] are absent or empty.
    pub fn missing_files(files: &BTreeMap<String, SecretString>) -> Vec<&'static str> {
        let present = |path: &str| {
            files.get(path).is_some_and(|contents| !contents.expose_secret().trim().is_empty())
        };
        PKI_FILES.into_iter().filter(|path| !present(path)).collect()
    }

    /// What `kubeadm join --discovery-token-ca-cert-hash` takes: "sha256:" and the SHA-256 of the
    /// authority's `SubjectPublicKeyInfo` (kubeadm's reference, "kubeadm join").
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn ca_hash(&self) -> Result<String, Error> {
        let public_key = self.ca.public_key_info()?;
        Ok(format!("sha256:{}", hex(digest::digest(&digest::SHA256, &public_key).as_ref())))
    }

    /// Signs a client of the Kubernetes API.
    ///
    /// # Errors
    /// As [`Authority::sign_client`].
    pub fn sign_client(
        &self,
        common_name: &str,
        organization: Option<&str>,
        validity: &Validity,
    ) -> Result<ClientCertificate, Error> {
        self.ca.sign_client(common_name, organization, validity)
    }

    /// Signs a client of etcd, which looks at the signature alone.
    ///
    /// # Errors
    /// As [`Authority::sign_client`].
    pub fn sign_etcd_client(
        &self,
        common_name: &str,
        validity: &Validity,
    ) -> Result<ClientCertificate, Error> {
        self.etcd_ca.sign_client(common_name, None, validity)
    }

    /// Tells the sets of two hosts apart. Made of public halves only, so it may be shown; private
    /// keys are compared with it, since every private key here is known to fit its public one.
    ///
    /// # Errors
    /// When a certificate or the public key cannot be read.
    pub fn fingerprint(&self) -> Result<String, Error> {
        let mut context = digest::Context::new(&digest::SHA256);
        let mut add = |der: &[u8]| {
            context.update(&(der.len() as u64).to_be_bytes());
            context.update(der);
        };
        for (path, authority) in [
            (CA_CERT, &self.ca),
            (FRONT_PROXY_CERT, &self.front_proxy_ca),
            (ETCD_CERT, &self.etcd_ca),
        ] {
            add(&pem::certificate(path, &authority.cert_pem)?);
        }
        add(&pem::public_key(SERVICE_ACCOUNT_PUBLIC, &self.service_account.public_pem)?);
        Ok(hex(context.finish().as_ref()))
    }
}

fn authority(
    files: &BTreeMap<String, SecretString>,
    cert: &'static str,
    key: &'static str,
) -> Result<Authority, Error> {
    Authority::load((cert, contents(files, cert)?.expose_secret()), (key, contents(files, key)?))
}

fn contents<'a>(
    files: &'a BTreeMap<String, SecretString>,
    path: &'static str,
) -> Result<&'a SecretString, Error> {
    files.get(path).ok_or_else(|| Error::NoPemBlock { what: path.to_owned(), expected: "any" })
}

fn public(path: &'static str, contents: &str) -> PkiFile {
    PkiFile { path, contents: contents.to_owned().into(), secret: false, mode: 0o644 }
}

fn secret(path: &'static str, contents: &SecretString) -> PkiFile {
    PkiFile { path, contents: contents.clone(), secret: true, mode: 0o600 }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

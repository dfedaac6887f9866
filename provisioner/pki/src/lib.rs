//! Certificate authorities, client certificates, kubeconfigs and join tokens. No I/O: what is here
//! is text going in and text coming out; others read and write the files.

mod authority;
mod certificate;
mod check_key;
mod client;
mod cluster;
mod encryption_key;
mod error;
mod kubeconfig;
mod merge;
mod pem;
mod service_account;
mod token;
mod validity;

pub use authority::Authority;
pub use certificate::{CertificateInfo, certificate_info};
pub use check_key::check_key;
pub use client::{ClientCertificate, admin_organization};
pub use cluster::{ClusterPki, PKI_FILES, PkiFile};
pub use encryption_key::encryption_key;
pub use error::Error;
pub use kubeconfig::{Kubeconfig, admin_kubeconfig};
pub use merge::{CurrentContext, merge};
pub use service_account::ServiceAccountKey;
pub use token::{BootstrapToken, bootstrap_token};
pub use validity::Validity;

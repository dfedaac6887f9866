use provisioner_pki::CertificateInfo;
use serde::Serialize;

use crate::external_etcd;

/// The certificates of a cluster's hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificatesReport {
    pub cluster: String,
    /// Every host could be asked, and nothing has expired.
    pub healthy: bool,
    /// In the order of the spec, on each host by path.
    pub certificates: Vec<Certificate>,
    /// What is wrong, for people.
    pub problems: Vec<String>,
}

/// One certificate on one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    pub host: String,
    pub kind: CertificateKind,
    pub path: String,
    pub state: CertificateState,
    /// Whole days until it expires; negative when it has. Nothing for one that cannot be read.
    pub days_left: Option<i64>,
    #[serde(flatten)]
    pub info: Option<CertificateInfo>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CertificateKind {
    /// A file with a certificate.
    Certificate,
    /// A kubeconfig with a certificate inside.
    Kubeconfig,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CertificateState {
    Valid,
    /// Valid, though not for long.
    Ending,
    Expired,
    Unreadable,
}

impl CertificatesReport {
    pub(crate) fn new(
        cluster: &str,
        certificates: Vec<Certificate>,
        mut problems: Vec<String>,
    ) -> Self {
        problems.extend(certificates.iter().filter_map(Certificate::problem));
        let usable = |certificate: &Certificate| {
            !matches!(certificate.state, CertificateState::Expired | CertificateState::Unreadable)
        };
        let ending = certificates.iter().filter(|one| one.state == CertificateState::Ending);
        let healthy = certificates.iter().all(usable) && problems.len() == ending.count();
        Self { cluster: cluster.to_owned(), healthy, certificates, problems }
    }
}

impl CertificatesReport {
    /// Where certificates, other than authorities, expire no later than they did in an earlier report.
    pub fn not_renewed_since(&self, before: &Self) -> Vec<String> {
        let same = |one: &Certificate, other: &Certificate| {
            one.host == other.host && one.path == other.path
        };
        let end = |one: &Certificate| one.info.as_ref().map(|info| info.not_after);
        let is_authority = |one: &Certificate| one.info.as_ref().is_some_and(|it| it.is_authority);
        let was = |one: &Certificate| before.certificates.iter().find(|other| same(one, other));
        // Somebody else has signed that one.
        let is_foreign = |one: &Certificate| one.path == external_etcd::CERTIFICATE;
        let ours = |one: &&Certificate| !is_authority(one) && !is_foreign(one);
        let leaves = self.certificates.iter().filter(ours);
        leaves
            .filter(|one| was(one).is_some_and(|other| end(one) <= end(other)))
            .map(|one| format!("{}: {}", one.host, one.path))
            .collect()
    }
}

impl Certificate {
    /// What is wrong with it.
    pub(crate) fn problem(&self) -> Option<String> {
        let Self { host, path, .. } = self;
        let days = self.days_left.unwrap_or_default();
        match self.state {
            CertificateState::Valid => None,
            CertificateState::Ending => {
                Some(format!("{host}: {path} expires in {days} {}", unit(days)))
            }
            CertificateState::Expired => {
                Some(format!("{host}: {path} expired {} {} ago", -days, unit(-days)))
            }
            CertificateState::Unreadable => Some(format!("{host}: {path} cannot be read")),
        }
    }
}

fn unit(days: i64) -> &'static str {
    if days == 1 { "day" } else { "days" }
}

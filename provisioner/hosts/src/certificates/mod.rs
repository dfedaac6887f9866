//! The certificates and kubeconfigs of all hosts, and how long they are valid.

mod read;
mod report;

pub use report::{Certificate, CertificateKind, CertificateState, CertificatesReport};

use std::sync::Arc;

use jiff::Timestamp;
use provisioner_spec::Host;

use crate::ask::ask_all;
use crate::{HostsError, Site};

pub(crate) use read::certificates;

/// Prints the certificates of a host.
pub(crate) const SCRIPT: &str = include_str!("certificates.sh");

/// Asks every host for its certificates; those with fewer than `days` days left are said to be
/// ending.
///
/// # Errors
/// No host can be asked.
pub async fn certificates_status(
    site: Arc<Site>,
    days: u32,
) -> Result<CertificatesReport, HostsError> {
    let now = Timestamp::now();
    let hosts: Vec<Host> = site.cluster.all_hosts().cloned().collect();
    let mut found = Vec::new();
    let mut problems = Vec::new();
    let mut reached = 0;
    for (host, answer) in ask_all(&site, &hosts, SCRIPT).await {
        match answer {
            Ok(text) => {
                reached += 1;
                found.extend(certificates(&host, &text, now, days));
            }
            Err(error) => problems.push(format!("{host} cannot be asked: {error}")),
        }
    }
    if reached == 0 {
        let (cluster, reasons) = (site.cluster.name.clone(), problems.join("; "));
        return Err(HostsError::NoHost { cluster, reasons });
    }
    if found.is_empty() {
        return Err(HostsError::NoCluster(site.cluster.name.clone()));
    }
    Ok(CertificatesReport::new(&site.cluster.name, found, problems))
}

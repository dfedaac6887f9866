//! The administrator's kubeconfig, signed here with the authority that a control plane has.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use provisioner_pki::{Kubeconfig, Validity, admin_kubeconfig as kubeconfig, admin_organization};

use crate::ask::ask_all;
use crate::authority::authority;
use crate::facts::Request;
use crate::inventory::Inventory;
use crate::{HostsError, Site};

/// Longer than any run.
const RUN_LIFETIME: Duration = Duration::from_hours(12);

/// A kubeconfig with a client certificate of its own, for the cluster's endpoint; valid for so many
/// days, or as long as the spec says of certificates.
///
/// # Errors
/// No control plane can be asked, or none has the authority: the cluster does not exist.
pub async fn admin_kubeconfig(
    site: Arc<Site>,
    days: Option<u32>,
) -> Result<Kubeconfig, HostsError> {
    let days = days.unwrap_or(site.cluster.kubernetes.certificates.validity_days);
    signed_kubeconfig(site, Duration::from_secs(u64::from(days) * 24 * 3600)).await
}

/// The same for the program itself, valid for a few hours.
///
/// # Errors
/// As [`admin_kubeconfig`].
pub async fn run_kubeconfig(site: Arc<Site>) -> Result<Kubeconfig, HostsError> {
    signed_kubeconfig(site, RUN_LIFETIME).await
}

async fn signed_kubeconfig(site: Arc<Site>, lifetime: Duration) -> Result<Kubeconfig, HostsError> {
    let cluster = &site.cluster;
    let request = Request { pki: true, lookups: Vec::new() };
    let answers = ask_all(&site, cluster.control_planes(), &request.script()).await;
    let mut inventory = Inventory::default();
    let mut reasons = Vec::new();
    for (host, answer) in answers {
        match answer {
            Ok(text) => {
                inventory.facts.insert(host, crate::facts::parse(&text));
            }
            Err(error) => reasons.push(error.to_string()),
        }
    }
    if inventory.facts.is_empty() {
        let reasons = reasons.join("; ");
        return Err(HostsError::NoControlPlane { cluster: cluster.name.clone(), reasons });
    }
    let pki = inventory.pki(cluster)?;
    let pki = pki.ok_or_else(|| HostsError::NoCluster(cluster.name.clone()))?;
    let validity = Validity::starting(Timestamp::now(), lifetime)?;
    let organization = admin_organization(&cluster.kubernetes.version);
    let client = pki.sign_client("kubernetes-admin", Some(organization), &validity)?;
    let endpoint = &cluster.hosts.api_endpoint;
    let server = format!("https://{}", authority(&endpoint.address, endpoint.port));
    Ok(kubeconfig(&cluster.name, &server, &pki.ca.cert_pem, &client))
}

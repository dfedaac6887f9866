use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use provisioner_playbook::shell::{QuoteError, quote};
use provisioner_spec::Host;

use super::StatusReport;
use super::report::{Asked, report};
use super::view::View;
use crate::ask::ask_all;
use crate::authority::authority;
use crate::certificates::{self, certificates};
use crate::context::loopback;
use crate::{HostsError, Site};

const SCRIPT: &str = include_str!("status.sh");
/// Certificates with fewer days left are worth a word.
const DAYS: u32 = 30;

/// Asks every host for its part. `addons` are those that the spec enables, and their versions.
///
/// # Errors
/// No host can be asked. One that cannot is a problem in the report.
pub async fn status(
    site: Arc<Site>,
    addons: BTreeMap<String, String>,
) -> Result<StatusReport, HostsError> {
    let cluster = &site.cluster;
    let script =
        script(&site).map_err(|source| HostsError::Quote { host: cluster.name.clone(), source })?;
    let hosts: Vec<Host> = cluster.all_hosts().cloned().collect();
    let now = Timestamp::now();
    let mut asked = Asked { addons, ..Asked::default() };
    for (host, answer) in ask_all(&site, &hosts, &script).await {
        match answer {
            Ok(text) => {
                asked.certificates.extend(certificates(&host, &text, now, DAYS));
                asked.views.push((host, View::read(&text)));
            }
            Err(error) => asked.silent.push(format!("{host} cannot be asked: {error}")),
        }
    }
    if asked.views.is_empty() {
        let reasons = asked.silent.join("; ");
        return Err(HostsError::NoHost { cluster: cluster.name.clone(), reasons });
    }
    Ok(report(cluster, asked))
}

fn script(site: &Site) -> Result<String, QuoteError> {
    let endpoint = &site.cluster.hosts.api_endpoint;
    let vip = endpoint.vip.map_or_else(|| "none".to_owned(), |vip| vip.to_string());
    let at = format!("https://{}", authority(&endpoint.address, endpoint.port));
    let (at, vip) = (quote(&at)?, quote(&vip)?);
    let etcd = if site.cluster.external_etcd().is_some() { "external" } else { "own" };
    let loopback = site.cluster.first_control_plane().map_or("", loopback);
    Ok(format!(
        "endpoint={at}\nvip={vip}\netcd={etcd}\nloopback='{loopback}'\n{SCRIPT}{}",
        certificates::SCRIPT
    ))
}

use std::sync::Arc;
use std::time::Duration;

use provisioner_playbook::shell::quote;
use provisioner_spec::Host;
use provisioner_ssh::Connector;
use serde::{Deserialize, Serialize};
use tokio::fs::File;

use crate::ask::ask_in;
use crate::context::loopback;
use crate::session::SessionOptions;
use crate::up::{nonce, session};
use crate::{HostsError, Site};

const SCRIPT: &str = include_str!("snapshot.sh");
/// Where the script leaves it.
const FILE: &str = "/var/lib/etcd/provisioner-snapshot.db";
/// A large store is read and hashed in that time.
const PATIENCE: Duration = Duration::from_mins(15);

/// What was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The control plane whose member it is from.
    pub host: String,
    pub bytes: u64,
    /// Of the store, when it was taken.
    pub revision: i64,
    pub keys: i64,
    /// etcd's own, over all keys.
    pub hash: u32,
}

/// What etcd says of a snapshot (`etcdutl snapshot status -w json`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    hash: u32,
    revision: i64,
    total_key: i64,
}

/// Takes a snapshot from the first control plane whose member is healthy, and writes it to a file.
///
/// # Errors
/// It runs elsewhere, no member gives one, or it cannot be brought here whole.
pub async fn etcd_snapshot(site: Arc<Site>, to: &mut File) -> Result<Snapshot, HostsError> {
    if let Some(etcd) = site.cluster.external_etcd() {
        let (cluster, endpoints) = (site.cluster.name.clone(), etcd.endpoints.clone());
        return Err(HostsError::ExternalEtcd { cluster, endpoints });
    }
    let mut reasons = Vec::new();
    for host in site.cluster.control_planes() {
        match take(&site, host).await {
            Ok(snapshot) => return fetch(&site, host, snapshot, to).await,
            Err(error) => reasons.push(format!("{}: {error}", host.name)),
        }
    }
    let (cluster, reasons) = (site.cluster.name.clone(), reasons.join("; "));
    Err(HostsError::NoSnapshot { cluster, reasons })
}

async fn take(site: &Arc<Site>, host: &Host) -> Result<Snapshot, HostsError> {
    let connector = Connector::new(site.access.ssh_options());
    let name = quote(&host.name)
        .map_err(|source| HostsError::Quote { host: host.name.clone(), source })?;
    // What it says of a failure is an answer as well.
    let at = loopback(host);
    let script = format!("name={name}\nloopback='{at}'\n{{\n{SCRIPT}}} 2>&1");
    let said = ask_in(site, &connector, host, &script, PATIENCE).await?;
    let read = |key: &str| said.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
    let status = read("status").and_then(|text| serde_json::from_str::<Status>(text).ok());
    let bytes = read("size").and_then(|text| text.parse().ok());
    let (Some(Status { hash, revision, total_key }), Some(bytes)) = (status, bytes) else {
        let said = said.trim().to_owned();
        return Err(HostsError::NoAnswer { host: host.name.clone(), said });
    };
    Ok(Snapshot { host: host.name.clone(), bytes, revision, keys: total_key, hash })
}

/// Brings the file here, and removes it there: it has every secret of the cluster in it.
async fn fetch(
    site: &Arc<Site>,
    host: &Host,
    snapshot: Snapshot,
    to: &mut File,
) -> Result<Snapshot, HostsError> {
    let connector = Connector::new(site.access.ssh_options());
    let options = SessionOptions { run: "ask".to_owned(), nonce: nonce(), claim: None };
    let mut session = session(site, host, options);
    session.shell(&connector).await?;
    let lost = || HostsError::ShellEnded { host: host.name.clone(), said: String::new() };
    let courier = session.courier().ok_or_else(lost)?;
    let fetched = courier.fetch(FILE, snapshot.bytes, to).await;
    ask_in(site, &connector, host, &format!("rm -f {FILE}"), PATIENCE).await?;
    fetched.map(|()| snapshot)
}

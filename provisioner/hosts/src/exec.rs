//! A command on many hosts.

use std::sync::Arc;

use provisioner_spec::Host;
use provisioner_ssh::Connector;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::session::SessionOptions;
use crate::up::{nonce, session};
use crate::{HostsError, Site};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    Stdout,
    Stderr,
}

/// A line that the command printed on a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExecLine {
    pub host: String,
    pub stream: Stream,
    pub line: String,
}

/// How the command ended on a host.
#[derive(Debug)]
pub struct ExecResult {
    pub host: String,
    /// Its exit code, or why there is none.
    pub code: Result<u32, HostsError>,
}

/// Runs a command as root on the hosts of a role, on one host by name, or on all, at once. Lines are
/// handed over as they come; results are in the order of the spec.
///
/// # Errors
/// [`HostsError::NoSuchHost`]. What happens on a host is in its result.
pub async fn exec(
    site: Arc<Site>,
    on: Option<&str>,
    command: &str,
    mut sink: impl FnMut(ExecLine),
) -> Result<Vec<ExecResult>, HostsError> {
    let hosts = selected(&site, on)?;
    let order: Vec<String> = hosts.iter().map(|host| host.name.clone()).collect();
    let connector = Arc::new(Connector::new(site.access.ssh_options()));
    let (lines, mut received) = mpsc::channel(256);
    let mut running = JoinSet::new();
    for host in hosts {
        let (site, connector, lines) = (Arc::clone(&site), Arc::clone(&connector), lines.clone());
        let command = command.to_owned();
        running.spawn(async move {
            let code = on_host(&site, &connector, &host, &command, lines).await;
            ExecResult { host: host.name, code }
        });
    }
    drop(lines);
    while let Some(line) = received.recv().await {
        sink(line);
    }
    let mut results: Vec<ExecResult> = Vec::new();
    while let Some(result) = running.join_next().await {
        results.extend(result);
    }
    results.sort_by_key(|result| order.iter().position(|name| *name == result.host));
    Ok(results)
}

fn selected(site: &Site, on: Option<&str>) -> Result<Vec<Host>, HostsError> {
    let wanted = |host: &&Host| on.is_none_or(|on| host.name == on || host.role.as_str() == on);
    let hosts: Vec<Host> = site.cluster.all_hosts().filter(wanted).cloned().collect();
    match on {
        Some(on) if hosts.is_empty() => Err(HostsError::NoSuchHost(on.to_owned())),
        _ => Ok(hosts),
    }
}

async fn on_host(
    site: &Site,
    connector: &Connector,
    host: &Host,
    command: &str,
    lines: mpsc::Sender<ExecLine>,
) -> Result<u32, HostsError> {
    let nonce = nonce();
    let options = SessionOptions { run: "exec".to_owned(), nonce: nonce.clone(), claim: None };
    let mut session = session(site, host, options);
    let mut shell = session.take_shell(connector).await?;
    let quoted = provisioner_playbook::shell::quote(command)
        .map_err(|source| HostsError::Quote { host: host.name.clone(), source })?;
    // The command's text is an argument of eval in the shell itself, so no process shows it.
    shell
        .send(&format!(
            "(umask 022; eval {quoted}) </dev/null 3>&- 9>&-; printf '\\n{nonce} %s\\n' $?\n"
        ))
        .await?;
    shell
        .lines(&nonce, |stream, line| {
            let line = ExecLine { host: host.name.clone(), stream, line };
            let lines = lines.clone();
            async move {
                // Nobody listens any more only when the program ends.
                let _ = lines.send(line).await;
            }
        })
        .await
}

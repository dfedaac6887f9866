//! A command on many hosts.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use provisioner_spec::Host;
use provisioner_ssh::Connector;
use serde::Serialize;
use tokio::sync::mpsc;

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

/// Runs a command as root on the hosts of a role, on one host by name, or on all, on as many at once as
/// [`Access::parallelism`](crate::Access::parallelism) says, in the order of the spec. Lines are handed over
/// as they come.
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
    let connector = Connector::new(site.access.ssh_options());
    let (lines, mut received) = mpsc::channel(256);
    let running = async {
        // The last sender goes with this block, and that ends the other one.
        let lines = lines;
        let on_each = async |host: Host| {
            let code = on_host(&site, &connector, &host, command, lines.clone()).await;
            ExecResult { host: host.name, code }
        };
        stream::iter(hosts).map(on_each).buffered(site.access.parallelism.get()).collect().await
    };
    let showing = async {
        while let Some(line) = received.recv().await {
            sink(line);
        }
    };
    let (results, ()) = tokio::join!(running, showing);
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

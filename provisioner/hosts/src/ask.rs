//! One question to several hosts at once, outside of a run.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use provisioner_playbook::frames::Frame;
use provisioner_spec::Host;
use provisioner_ssh::Connector;
use tokio::time::timeout;

use crate::session::SessionOptions;
use crate::up::{nonce, session};
use crate::{HostsError, Site};

const PATIENCE: Duration = Duration::from_mins(1);

/// What a script that changes nothing prints on each of the hosts, in their order.
pub(crate) async fn ask_all(
    site: &Arc<Site>,
    hosts: &[Host],
    script: &str,
) -> Vec<(String, Result<String, HostsError>)> {
    let connector = Connector::new(site.access.ssh_options());
    // Each part of it is bounded, but for what somebody may be asked about a host's key.
    let of_each =
        async |host: &Host| (host.name.clone(), ask(site, &connector, host, script).await);
    stream::iter(hosts).map(of_each).buffered(site.access.parallelism.get()).collect().await
}

async fn ask(
    site: &Site,
    connector: &Connector,
    host: &Host,
    script: &str,
) -> Result<String, HostsError> {
    ask_in(site, connector, host, script, PATIENCE).await
}

/// The same of one host, which may take its time.
pub(crate) async fn ask_in(
    site: &Site,
    connector: &Connector,
    host: &Host,
    script: &str,
    patience: Duration,
) -> Result<String, HostsError> {
    let options = SessionOptions { run: "ask".to_owned(), nonce: nonce(), claim: None };
    let mut session = session(site, host, options);
    let shell = session.shell(connector).await?;
    let script = format!(
        "(\n{script}\n) >\"$p_tmp/document\" 2>/dev/null </dev/null\np_bound=4194304\n\
         payload 'document answer' \"$p_tmp/document\"\n"
    );
    shell.send(&script).await?;
    loop {
        let frame = timeout(patience, shell.next_frame()).await;
        let silent = |_| HostsError::Silent { host: host.name.clone(), after: patience };
        if let Frame::Document { text, .. } = frame.map_err(silent)?? {
            return Ok(text);
        }
    }
}

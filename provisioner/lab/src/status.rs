use futures::future::try_join_all;
use ipnet::Ipv4Net;
use serde::Serialize;

use crate::{Lab, LabError, LabHost, Paths, init, names, network, ready};

/// A lab as it is now.
#[derive(Clone, Debug, Serialize)]
pub struct LabStatus {
    pub name: String,
    pub network: Ipv4Net,
    /// The name of the bridge, and whether it is there.
    pub bridge: String,
    pub bridge_exists: bool,
    pub hosts: Vec<HostStatus>,
    pub private_key: camino::Utf8PathBuf,
    pub known_hosts: camino::Utf8PathBuf,
}

#[derive(Clone, Debug, Serialize)]
pub struct HostStatus {
    #[serde(flatten)]
    pub host: LabHost,
    pub state: HostState,
    /// Where its console writes to.
    pub console_log: camino::Utf8PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HostState {
    /// Its sshd answers.
    Ready,
    /// It runs, but its sshd does not answer.
    Running,
    Off,
}

impl LabStatus {
    /// Whether every host can be worked with.
    pub fn is_ready(&self) -> bool {
        self.bridge_exists && self.hosts.iter().all(|host| host.state == HostState::Ready)
    }
}

/// How a lab is; none if there is no lab of that name. Changes nothing.
///
/// # Errors
/// When not root, or when what is on the machine cannot be read.
pub async fn status(name: &str, paths: &Paths) -> Result<Option<LabStatus>, LabError> {
    match Lab::open(name, paths) {
        Ok(lab) => of(&lab).await.map(Some),
        Err(LabError::UnknownLab { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) async fn of(lab: &Lab) -> Result<LabStatus, LabError> {
    let bridge = names::bridge(lab.name());
    let hosts = lab.definition().hosts.iter().map(|host| host_status(lab, host));
    Ok(LabStatus {
        name: lab.name().to_owned(),
        network: lab.definition().network()?,
        bridge_exists: network::exists(&bridge),
        bridge,
        hosts: try_join_all(hosts).await?,
        private_key: lab.private_key(),
        known_hosts: lab.known_hosts(),
    })
}

async fn host_status(lab: &Lab, host: &LabHost) -> Result<HostStatus, LabError> {
    let state = match init::init_process(lab.name(), &host.name)? {
        None => HostState::Off,
        Some(_) if ready::answers(host).await => HostState::Ready,
        Some(_) => HostState::Running,
    };
    let console_log = lab.paths.console_log(lab.name(), &host.name);
    Ok(HostStatus { host: host.clone(), state, console_log })
}

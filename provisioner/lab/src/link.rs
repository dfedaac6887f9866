use serde::Deserialize;

use crate::command::run;
use crate::{Lab, LabError, LabHost};

/// The states of a bridge port (bridge(8), `link set`).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Port {
    Disabled,
    Forwarding,
}

#[derive(Deserialize)]
struct Link {
    ifindex: u32,
    ifname: String,
    /// The index of the other end of a veth pair.
    link_index: Option<u32>,
}

/// Sets the bridge port that a host's network card is plugged into. The card keeps its carrier: the
/// host notices nothing but silence.
pub(crate) async fn set(lab: &Lab, host: &LabHost, port: Port) -> Result<(), LabError> {
    let state = match port {
        Port::Disabled => "0",
        Port::Forwarding => "3",
    };
    let interface = plug(lab, host).await?;
    // `ip link set type bridge_slave state` would not do: the kernel enables the port again at once.
    let arguments = ["link", "set", "dev", &interface, "state", state];
    run("bridge", &arguments).await.map(|_| ())
}

/// The end of the host's network cable that is on this machine.
async fn plug(lab: &Lab, host: &LabHost) -> Result<String, LabError> {
    let process = lab.running(host)?.to_string();
    let inside = ["--target", &process, "--net", "ip", "-json", "link", "show", "eth0"];
    let card = links(&run("nsenter", &inside).await?)?;
    let index = card.first().and_then(|card| card.link_index);
    let here = links(&run("ip", &["-json", "link", "show"]).await?)?;
    let plug = here.into_iter().find(|link| Some(link.ifindex) == index);
    plug.map(|link| link.ifname).ok_or_else(|| LabError::NotRunning { host: host.name.clone() })
}

fn links(json: &str) -> Result<Vec<Link>, LabError> {
    let command = "ip -json link show";
    serde_json::from_str(json).map_err(|source| LabError::Output { command, source })
}

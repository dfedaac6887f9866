//! Whether the hosts reach one another.

use super::finding::Report;
use super::input::Input;
use super::ports::listeners;
use super::probe::{Outcome, Path};

pub(super) fn active(input: &Input<'_>, report: &mut Report) {
    for (host, facts) in input.hosts() {
        for firewall in ["firewalld", "ufw"] {
            if facts.service_is_active(firewall) {
                let message = format!("{firewall} is active and may drop the cluster's traffic");
                report.warning(&[&host.name], message);
            }
        }
    }
}

pub(super) fn reachability(input: &Input<'_>, report: &mut Report) {
    for host in input.cluster.all_hosts() {
        let Some(probe) = input.probes.get(&host.name) else { continue };
        let is_host = |path: &&Path| input.cluster.host(&path.to).is_some();
        for path in probe.paths.iter().filter(is_host) {
            let (to, port) = (&path.to, path.port);
            let trouble = match path.outcome {
                Outcome::Open => continue,
                // Nobody listened there, or no longer, so a refusal is all that could be had.
                Outcome::Refused if !listened(input, to, port) => continue,
                Outcome::Refused => "is rejected",
                Outcome::Unreachable => "is rejected or has no route",
                Outcome::TimedOut => "is dropped",
                Outcome::Unknown => {
                    report
                        .warning(&[&host.name], "it has no bash or no timeout to test ports with");
                    continue;
                }
            };
            report.error(&[&host.name], format!("traffic to {to} port {port} {trouble}"));
        }
    }
}

/// One that refuses may have no API server yet to pass connections to.
pub(super) fn endpoint(input: &Input<'_>, report: &mut Report) {
    let Some((address, port)) = input.cluster.foreign_endpoint() else { return };
    for host in input.cluster.nodes() {
        let Some(probe) = input.probes.get(&host.name) else { continue };
        for path in probe.paths.iter().filter(|path| path.to == address && path.port == port) {
            let trouble = match path.outcome {
                Outcome::Open | Outcome::Refused | Outcome::Unknown => continue,
                Outcome::Unreachable => "it is not resolved, has no route or is rejected",
                Outcome::TimedOut => "nothing answers",
            };
            report.warning(&[&host.name], format!("traffic to {address} port {port}: {trouble}"));
        }
    }
}

/// Whether something was there to be reached: the service itself or a listener of the probe's.
fn listened(input: &Input<'_>, name: &str, port: u16) -> bool {
    let of_probe = input.probes.get(name);
    let by_probe = of_probe.is_some_and(|probe| probe.listening.contains(&port));
    let ended = of_probe.is_some_and(|probe| probe.ended.contains(&port));
    let by_service = input.hosts().filter(|(host, _)| host.name == name).any(|(host, facts)| {
        let reached = |address| address == host.address;
        listeners(facts, port).any(|socket| socket.address.is_none_or(reached))
    });
    by_probe || (by_service && !ended)
}

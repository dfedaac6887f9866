//! The hosts that do nothing but balance the load of the API.

use provisioner_spec::Host;
use serde::Serialize;

use super::view::View;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoadBalancerStatus {
    pub name: String,
    pub address: String,
    /// `HAProxy` and keepalived are at work.
    pub ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl LoadBalancerStatus {
    /// A host of the spec, given what it says itself.
    pub(super) fn of(host: &Host, own: Option<&View>) -> Self {
        let states = own.map(|view| view.balancing.lines().collect::<Vec<_>>());
        let reason = match states.as_deref() {
            None => Some("it cannot be asked".to_owned()),
            Some([haproxy, keepalived]) => {
                let services = [("haproxy", haproxy), ("keepalived", keepalived)];
                let idle = services.iter().find(|(_, state)| **state != "active");
                idle.map(|(service, state)| format!("{service} is {state}"))
            }
            Some(_) => Some("it is not set up yet".to_owned()),
        };
        let (name, address) = (host.name.clone(), host.address.to_string());
        Self { name, address, ready: reason.is_none(), reason }
    }

    pub(super) fn problem(&self) -> Option<String> {
        let reason = self.reason.as_deref()?;
        Some(format!("load balancer {}: {reason}", self.name))
    }
}

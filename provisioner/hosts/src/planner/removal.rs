//! Which hosts a run may take a cluster away from.

use provisioner_engine::PlanError;
use provisioner_spec::Host;

use super::{HostsPlanner, Purpose};
use crate::inventory::Inventory;

impl HostsPlanner {
    /// Whether a run has something to do on the host: it was reached, and where things are undone,
    /// there is something that was done.
    pub(super) fn is_concerned(&self, host: &Host, inventory: &Inventory) -> bool {
        let facts = inventory.facts.get(&host.name);
        facts.is_some_and(|facts| {
            self.purpose != Purpose::Down || facts.ledger || facts.cluster.is_some()
        })
    }

    /// Refuses to take away anything from anybody as long as one of the hosts is another cluster's,
    /// and tells of hosts with a Kubernetes that is not ours.
    pub(super) fn only_ours(&mut self) -> Result<(), PlanError> {
        if std::mem::replace(&mut self.checked, true) {
            return Ok(());
        }
        let Some(inventory) = &self.inventory else { return Ok(()) };
        let cluster = &self.site.cluster;
        let mut others = Vec::new();
        for (host, facts) in &inventory.facts {
            match &facts.cluster {
                Some(name) if *name != cluster.name => others.push(format!("{host} belongs to {name}")),
                None if !facts.ledger && !facts.kubernetes.paths.is_empty() => {
                    let paths = facts.kubernetes.paths.join(", ");
                    self.events.note(format!(
                        "{host} has no ledger of ours, so what is there is left alone: {paths}"
                    ));
                }
                _ => {}
            }
        }
        if others.is_empty() {
            return Ok(());
        }
        Err(PlanError::Invalid {
            message: format!("this is not all the cluster {}: {}", cluster.name, others.join(", ")),
            hint: Some("take these hosts out of the spec; nothing was changed on any host".into()),
        })
    }
}

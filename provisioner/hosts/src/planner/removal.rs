//! Runs that take a cluster away from hosts: from all of them, or from one that leaves.

use provisioner_engine::{PlanError, Registered};
use provisioner_playbook::{Party, StageDefinition};
use provisioner_spec::{Cluster, Host, Role};
use serde::Deserialize;

use super::{HostsPlanner, NODES, Purpose};
use crate::inventory::Inventory;
use crate::leaving::Leaving;

#[derive(Deserialize)]
struct NodeName {
    name: String,
}

impl HostsPlanner {
    /// The same run with one host that leaves the site.
    #[must_use]
    pub(crate) fn without(mut self, leaving: Leaving) -> Self {
        self.leaving = Some(leaving);
        self
    }

    /// The cluster with the host that leaves it, if one does.
    pub(super) fn everybody(&self) -> &Cluster {
        self.leaving.as_ref().map_or(&self.site.cluster, |leaving| &leaving.site.cluster)
    }

    /// The cluster as those see it whom a stage is for.
    pub(super) fn party(&self, stage: &StageDefinition) -> &Cluster {
        match stage.of {
            Party::Staying => &self.site.cluster,
            Party::Leaving => self.everybody(),
        }
    }

    /// Whom a run asks for their facts. A host that leaves concerns itself, the control planes and the
    /// load balancers.
    pub(super) fn asked_hosts(&self) -> Vec<&Host> {
        let Some(leaving) = &self.leaving else { return self.site.cluster.all_hosts().collect() };
        let cluster = &self.site.cluster;
        let staying = cluster.control_planes().iter().chain(&cluster.hosts.load_balancers);
        staying.chain(leaving.reachable.then_some(&leaving.host)).collect()
    }

    /// The hosts on which a stage has something to do: they were reached, and where things are undone,
    /// there is something that was done.
    pub(super) fn concerned<'a>(
        &'a self,
        stage: &StageDefinition,
        inventory: &'a Inventory,
    ) -> impl Iterator<Item = &'a Host> {
        let undoes = self.purpose == Purpose::Down || stage.of == Party::Leaving;
        let leaving = self.leaving.as_ref().map(|leaving| leaving.host.name.as_str());
        let only = leaving.filter(|_| stage.of == Party::Leaving);
        self.party(stage).all_hosts().filter(move |host| {
            let facts = inventory.facts.get(&host.name);
            only.is_none_or(|only| host.name == only)
                && facts.is_some_and(|facts| !undoes || facts.ledger || facts.cluster.is_some())
        })
    }

    /// Says which nodes the spec does not have: they stay unless somebody asks for it.
    pub(super) fn tell_surplus(&self, registered: &Registered) {
        let nodes = registered.all(NODES).next().map(|(_, text)| text).unwrap_or_default();
        let nodes: Vec<NodeName> = serde_json::from_str(nodes).unwrap_or_default();
        for node in nodes.iter().filter(|node| self.site.cluster.host(&node.name).is_none()) {
            self.events.note(format!(
                "{} is a node of the cluster but not in the spec: `up --prune` removes it",
                node.name
            ));
        }
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
                Some(name) if *name != cluster.name => {
                    others.push(format!("{host} belongs to {name}"));
                }
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
            if let (Purpose::Down, Some(etcd)) = (self.purpose, cluster.external_etcd()) {
                self.events.note(format!(
                    "what the cluster has stored stays in its etcd, at {}: `etcdctl del --prefix /registry/` removes it",
                    etcd.endpoints.join(", ")
                ));
            }
            return Ok(());
        }
        Err(PlanError::Invalid {
            message: format!(
                "not all of this is the cluster {}: {}",
                cluster.name,
                others.join(", ")
            ),
            hint: Some("take these hosts out of the spec; nothing was changed on any host".into()),
        })
    }
}

/// The cluster with one host more, or with what is known of it now.
pub(crate) fn with(cluster: &Cluster, host: &Host) -> Cluster {
    let mut cluster = without(cluster, &host.name);
    match (host.role, &mut cluster.hosts.edge) {
        (Role::ControlPlane, _) => cluster.hosts.control_plane.push(host.clone()),
        (Role::LoadBalancer, _) => cluster.hosts.load_balancers.push(host.clone()),
        (Role::Edge, Some(edge)) => edge.nodes.push(host.clone()),
        _ => cluster.hosts.workers.push(host.clone()),
    }
    cluster
}

/// The cluster without one of its hosts.
pub(crate) fn without(cluster: &Cluster, name: &str) -> Cluster {
    let mut cluster = cluster.clone();
    let stays = |host: &Host| host.name != name;
    cluster.hosts.control_plane.retain(stays);
    cluster.hosts.workers.retain(stays);
    cluster.hosts.load_balancers.retain(stays);
    if let Some(edge) = &mut cluster.hosts.edge {
        edge.nodes.retain(stays);
    }
    cluster
}

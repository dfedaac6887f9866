//! A cluster that the spec asks for.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_eks::types::ClusterStatus;
use provisioner_spec::{ControlPlaneSubnets, Eks, EksVersion};

use super::state::ClusterState;
use crate::account::Account;
use crate::spec_tags::Tags;

#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) eks: Eks,
    pub(crate) version: Option<EksVersion>,
    pub(crate) service_cidr: Option<String>,
    /// The name of the role that is made for it.
    pub(crate) role_name: String,
    /// Names of the subnets that are made; of those that exist, as the spec has them; in whatever zones they are.
    pub(crate) all_subnets: Vec<String>,
    /// Where the subnets are that are made.
    pub(crate) zones: BTreeMap<String, String>,
    pub(crate) tags: Tags,
}

impl Cluster {
    /// Those of its zones: a cluster that exists stays in the zones that it was made in ("Subnet requirements for
    /// clusters"), so that subnets in others are for nodes alone. Those that are named are meant.
    pub(super) fn subnets(&self, account: &Account) -> Vec<String> {
        let is_named = matches!(self.eks.vpc.control_plane_subnets, ControlPlaneSubnets::Named(_));
        let own = Self::own_zones(account);
        if is_named || own.is_empty() {
            return self.all_subnets.clone();
        }
        let is_in_one =
            |name: &&String| self.zone(account, name).is_none_or(|zone| own.contains(zone));
        self.all_subnets.iter().filter(is_in_one).cloned().collect()
    }

    /// The zones of the cluster that exists; one that is over has none.
    pub(super) fn own_zones(account: &Account) -> BTreeSet<&String> {
        let is_over = |cluster: &ClusterState| {
            matches!(cluster.status, ClusterStatus::Deleting | ClusterStatus::Failed)
        };
        let cluster = account.cluster.iter().filter(|cluster| !is_over(cluster));
        let subnets = cluster.flat_map(|cluster| &cluster.subnets);
        subnets.filter_map(|id| account.zones_of_subnets.get(id)).collect()
    }

    /// The zones of the subnets that are wanted.
    pub(crate) fn wanted_zones<'a>(&'a self, account: &'a Account) -> BTreeSet<&'a String> {
        let subnets = self.subnets(account);
        subnets.iter().filter_map(|name| self.zone(account, name)).collect()
    }

    fn zone<'a>(&'a self, account: &'a Account, subnet: &str) -> Option<&'a String> {
        let existing = account.subnets.get(subnet).map(|subnet| &subnet.zone);
        existing.or_else(|| self.zones.get(subnet))
    }

    /// Ours, and those of the spec.
    pub(super) fn security_groups(&self, account: &Account) -> Vec<String> {
        let ours = account.security_group.as_ref().map(|group| group.id.clone());
        ours.into_iter().chain(self.eks.vpc.security_groups.iter().cloned()).collect()
    }

    pub(super) fn mode(&self) -> String {
        self.eks.authentication_mode.to_string()
    }

    pub(super) fn cidrs(&self) -> Vec<String> {
        self.eks.endpoint.public_cidrs.iter().map(ToString::to_string).collect()
    }

    pub(super) fn logging(&self) -> Vec<String> {
        self.eks.logging.iter().map(|log| log.as_str().to_owned()).collect()
    }
}

//! A cluster that the spec asks for.

use provisioner_spec::{Eks, EksVersion};

use crate::account::Account;
use crate::spec_tags::Tags;

#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) eks: Eks,
    pub(crate) version: Option<EksVersion>,
    pub(crate) service_cidr: Option<String>,
    /// The name of the role that is made for it.
    pub(crate) role_name: String,
    /// Names of the subnets that are made; ids of those that exist.
    pub(crate) subnets: Vec<String>,
    pub(crate) tags: Tags,
}

impl Cluster {
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

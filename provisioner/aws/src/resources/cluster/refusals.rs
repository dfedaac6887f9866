//! What is not done to a cluster that exists.

use std::collections::BTreeSet;

use provisioner_spec::IamRole;

use super::authentication::is_behind;
use super::state::ClusterState;
use super::wanted::Cluster;
use crate::AwsError;
use crate::account::Account;

/// The control plane may be so many minor versions ahead of the nodes.
pub const MOST_AHEAD: u64 = 3;

impl Cluster {
    /// What a cluster keeps for life.
    pub(super) fn refuse_fixed(
        &self,
        account: &Account,
        cluster: &ClusterState,
    ) -> Result<(), AwsError> {
        let refuse = |what: &str, is: &str, wanted: &str| {
            Err(AwsError::NotPossible {
                what: format!("change {what} of the cluster to {wanted}"),
                why: format!("it is {is}, and a cluster keeps it"),
                hint: "write that into the spec, or make another cluster".to_owned(),
            })
        };
        if let (Some(is), Some(wanted)) = (&cluster.service_cidr, &self.service_cidr)
            && is != wanted
        {
            return refuse("the services' range", is, wanted);
        }
        if let Some(is) = cluster.authentication_mode.as_ref()
            && is_behind(&self.mode(), is)
        {
            return Err(AwsError::NotPossible {
                what: format!("go from the authentication mode {is} back to {}", self.mode()),
                why: "a cluster that has access entries keeps them".to_owned(),
                hint: format!("write `authenticationMode: {is}` into the spec"),
            });
        }
        match (&cluster.secrets_key, &self.eks.secrets_key) {
            (Some(is), Some(wanted)) if is != wanted => return refuse("the key", is, wanted),
            _ => {}
        }
        let wanted_role = match &self.eks.roles.cluster {
            IamRole::Arn(arn) => Some(arn.clone()),
            IamRole::Create => account.roles.get(&self.role_name).map(|role| role.arn.clone()),
        };
        if let Some(wanted) = wanted_role.filter(|wanted| *wanted != cluster.role) {
            return refuse("the role", &cluster.role, &wanted);
        }
        self.refuse_zones(account)?;
        match (cluster.version, self.version) {
            (Some(is), Some(wanted)) if wanted < is => {
                refuse("the version", &is.to_string(), &wanted.to_string())
            }
            (Some(is), Some(wanted)) if wanted.minor > is.minor + MOST_AHEAD => {
                Err(AwsError::NotPossible {
                    what: format!("go from {is} to {wanted} at once"),
                    why: "the nodes may be three minor versions behind at most".to_owned(),
                    hint: "`provisioner upgrade --to VERSION` goes step by step".to_owned(),
                })
            }
            _ => Ok(()),
        }
    }

    /// A change of its subnets has to be within the zones that it was made in, and leave out none of them ("Subnet
    /// requirements for clusters").
    fn refuse_zones(&self, account: &Account) -> Result<(), AwsError> {
        let (is, wanted) = (Self::own_zones(account), self.wanted_zones(account));
        if is.is_empty() || is == wanted {
            return Ok(());
        }
        let listed = |zones: BTreeSet<&String>| {
            let zones: Vec<_> = zones.into_iter().map(String::as_str).collect();
            zones.join(", ")
        };
        Err(AwsError::NotPossible {
            what: format!("move the control plane to subnets in {}", listed(wanted)),
            why: format!("it is in {}, and a control plane stays in its zones", listed(is)),
            hint: "name subnets in all of these zones: under `eks.vpc`, or by `eks.zones`; `zones` of a node group \
                say where its nodes are"
                .to_owned(),
        })
    }
}

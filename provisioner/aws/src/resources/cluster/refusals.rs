//! What is not done to a cluster that exists.

use provisioner_spec::IamRole;

use super::state::ClusterState;
use super::wanted::Cluster;
use crate::AwsError;
use crate::account::Account;
use crate::names::CLUSTER_TAG;

/// The control plane may be so many minor versions ahead of the nodes.
pub const MOST_AHEAD: u64 = 3;

impl Cluster {
    /// A cluster of that name that somebody else has made is not touched. One that has lost its tag
    /// is known by the role or the VPC that were made for it.
    pub(super) fn refuse_others(
        &self,
        account: &Account,
        cluster: &ClusterState,
    ) -> Result<(), AwsError> {
        let owner = cluster.tags.get(CLUSTER_TAG);
        let in_our_vpc = account.vpc.as_ref().is_some_and(|vpc| {
            cluster.vpc.as_ref() == Some(&vpc.id)
                && vpc.tags.get(CLUSTER_TAG) == self.tags.get(CLUSTER_TAG)
        });
        let has_our_role = cluster.role.ends_with(&format!("role/{}", self.role_name));
        let is_ours = match owner {
            Some(owner) => Some(owner) == self.tags.get(CLUSTER_TAG),
            None => in_our_vpc || has_our_role,
        };
        if is_ours {
            return Ok(());
        }
        Err(AwsError::NotOurs {
            what: "the cluster of that name".to_owned(),
            why: format!("it has no tag {CLUSTER_TAG}, so it was made by somebody else"),
        })
    }

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
}

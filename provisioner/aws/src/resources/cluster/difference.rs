//! What is different from what is wanted.

use aws_sdk_eks::types::ClusterStatus;
use provisioner_spec::IamRole;

use super::state::ClusterState;
use super::wanted::Cluster;
use crate::AwsError;
use crate::account::Account;
use crate::difference::Difference;
use crate::spec_tags::Tags;

impl Cluster {
    pub(super) fn compared(&self, account: &Account) -> Result<Difference, AwsError> {
        let Some(cluster) = &account.cluster else { return Ok(self.as_new(account)) };
        self.refuse_fixed(account, cluster)?;
        let logging: Vec<_> = cluster.logging.iter().cloned().collect();
        let is_ready = matches!(cluster.status, ClusterStatus::Active);
        let status = if is_ready { "ACTIVE" } else { cluster.status.as_str() };
        let mut difference = Difference::of_existing().field("status", status, "ACTIVE");
        if let Some(version) = self.version {
            let is = cluster.version.map(|version| version.to_string());
            difference = difference.field("version", is, version.to_string());
        }
        let eks = &self.eks;
        difference = difference
            .field("endpoint.public", cluster.public, eks.endpoint.public)
            .field("endpoint.private", cluster.private, eks.endpoint.private)
            .field("logging", &logging, &self.logging())
            .field("authenticationMode", cluster.authentication_mode.as_ref(), self.mode())
            .field("deletionProtection", cluster.deletion_protection, eks.deletion_protection)
            .field("zonalShift", cluster.zonal_shift, eks.zonal_shift)
            .field("controlPlaneTier", &cluster.tier, eks.control_plane_tier.as_str());
        if eks.endpoint.public {
            difference =
                difference.field("endpoint.publicCidrs", &cluster.public_cidrs, &self.cidrs());
        }
        if let Some(support) = eks.support {
            difference = difference.field("support", cluster.support.as_ref(), support.as_str());
        }
        difference = self.placement(account, cluster, difference);
        if let (None, Some(key)) = (&cluster.secrets_key, &eks.secrets_key) {
            difference = difference.field("secretsKey", None::<String>, key);
        }
        Ok(difference.tags(&cluster.tags, &self.tags))
    }

    fn as_new(&self, account: &Account) -> Difference {
        let eks = &self.eks;
        let role = match &eks.roles.cluster {
            IamRole::Create => &self.role_name,
            IamRole::Arn(arn) => arn,
        };
        Difference::create()
            .with("version", self.version.map(|version| version.to_string()))
            .with("role", role)
            .with("subnets", &self.subnets(account))
            .with("endpoint.public", eks.endpoint.public)
            .with("endpoint.private", eks.endpoint.private)
            .with("endpoint.publicCidrs", &self.cidrs())
            .with("logging", &self.logging())
            .with("secretsKey", eks.secrets_key.as_ref())
            .with("authenticationMode", self.mode())
            .with("serviceCidr", self.service_cidr.as_ref())
            .with("deletionProtection", eks.deletion_protection)
            .with("support", eks.support.map(provisioner_spec::Support::as_str))
            .with("zonalShift", eks.zonal_shift.then_some(true))
            .with("controlPlaneTier", eks.control_plane_tier.as_str())
            .tags(&Tags::new(), &self.tags)
    }

    /// The subnets and security groups of its network interfaces.
    fn placement(
        &self,
        account: &Account,
        is: &ClusterState,
        difference: Difference,
    ) -> Difference {
        let shown = |id: &String| account.subnet_name(id).unwrap_or_else(|| id.clone());
        let subnets: Vec<_> = is.subnets.iter().map(shown).collect();
        let wanted = account.shown_subnets(&self.subnets(account));
        let groups = self.security_groups(account);
        difference.field("subnets", &subnets, &wanted).field(
            "securityGroups",
            &is.security_groups,
            &groups,
        )
    }
}

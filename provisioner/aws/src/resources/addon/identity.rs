//! The roles that addons act under, by their service accounts.

use aws_sdk_eks::types::AddonPodIdentityAssociations;

use super::wanted::Addon;
use crate::AwsError;
use crate::account::Account;

/// The service accounts of addons that use AWS (as `DescribeAddonConfiguration` tells).
const SERVICE_ACCOUNTS: [(&str, &str); 7] = [
    ("amazon-cloudwatch-observability", "cloudwatch-agent"),
    ("aws-ebs-csi-driver", "ebs-csi-controller-sa"),
    ("aws-efs-csi-driver", "efs-csi-controller-sa"),
    ("aws-mountpoint-s3-csi-driver", "s3-csi-driver-sa"),
    ("external-dns", "external-dns"),
    ("snapshot-controller", "snapshot-controller"),
    ("vpc-cni", "aws-node"),
];

impl Addon {
    pub(super) fn identities(
        &self,
        account: &Account,
    ) -> Result<Vec<AddonPodIdentityAssociations>, AwsError> {
        let Some((_, name)) = &self.role else { return Ok(Vec::new()) };
        let role = account.roles.get(name).ok_or_else(|| crate::unknown("role of an addon"))?;
        let association = AddonPodIdentityAssociations::builder()
            .service_account(self.service_account()?)
            .role_arn(&role.arn)
            .build();
        Ok(association.into_iter().collect())
    }

    fn service_account(&self) -> Result<&'static str, AwsError> {
        let found = SERVICE_ACCOUNTS.iter().find(|(name, _)| *name == self.name);
        found.map(|(_, account)| *account).ok_or_else(|| AwsError::NotPossible {
            what: format!("give the addon {} its policies", self.name),
            why: "its service account is not known here".to_owned(),
            hint: "name namespace and service account under eks.podIdentities instead".to_owned(),
        })
    }
}

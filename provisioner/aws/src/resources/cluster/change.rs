//! How a cluster is changed.

use aws_sdk_eks::types::{AuthenticationMode, UpdateAccessConfigRequest};
use provisioner_spec::EksVersion;

use super::authentication::modes_between;
use super::requests::{encryption, logging};
use super::state::ClusterState;
use super::update::{configure, set_deletion_protection, updated};
use super::wanted::Cluster;
use crate::difference::Difference;
use crate::error::Asked as _;
use crate::work::Work;
use crate::{AwsError, tags};

impl Cluster {
    /// One kind of change a call: EKS takes no two at once.
    pub(super) async fn change(
        &self,
        work: &Work<'_>,
        is: &ClusterState,
        difference: &Difference,
    ) -> Result<(), AwsError> {
        if difference.touches("tags") {
            tags::set_eks(work.clients(), &is.arn, &is.tags, &self.tags).await?;
        }
        if difference.touches("deletionProtection") {
            set_deletion_protection(work, self.eks.deletion_protection).await?;
        }
        if difference.touches("support") {
            let policy = self.upgrade_policy();
            let what = "change how long the version of the cluster is supported";
            configure(work, what, |call| call.set_upgrade_policy(policy.clone())).await?;
        }
        if difference.touches("zonalShift") {
            let config = self.zonal_shift();
            let what = "change whether traffic may be shifted away from a zone";
            configure(work, what, |call| call.zonal_shift_config(config.clone())).await?;
        }
        if difference.touches("controlPlaneTier") {
            let config = self.scaling();
            let what = "change the tier of the control plane";
            configure(work, what, |call| call.control_plane_scaling_config(config.clone())).await?;
        }
        if difference.touches("logging") {
            let logging = logging(&self.logging(), &is.logging);
            let what = "change the logging of the cluster";
            configure(work, what, |call| call.logging(logging.clone())).await?;
        }
        if difference.touches("endpoint") {
            let request = self.endpoint_request();
            let what = "change the endpoint of the cluster";
            configure(work, what, |call| call.resources_vpc_config(request.clone())).await?;
        }
        if difference.touches("subnets") || difference.touches("securityGroups") {
            let request = self.placement_request(&work.context.account())?;
            let what = "change the subnets of the cluster";
            configure(work, what, |call| call.resources_vpc_config(request.clone())).await?;
        }
        if difference.touches("authenticationMode") {
            self.set_authentication_mode(work, is).await?;
        }
        if difference.touches("secretsKey") {
            self.encrypt(work).await?;
        }
        if difference.touches("version") {
            self.upgrade(work, is.version).await?;
        }
        Ok(())
    }

    /// One step after the other: EKS leaves none out.
    async fn set_authentication_mode(
        &self,
        work: &Work<'_>,
        is: &ClusterState,
    ) -> Result<(), AwsError> {
        for mode in modes_between(is.authentication_mode.as_deref(), &self.mode()) {
            let mode = AuthenticationMode::from(*mode);
            let request = UpdateAccessConfigRequest::builder().authentication_mode(mode).build();
            let what = "change the authentication mode of the cluster";
            configure(work, what, |call| call.access_config(request.clone())).await?;
        }
        Ok(())
    }

    async fn encrypt(&self, work: &Work<'_>) -> Result<(), AwsError> {
        let Some(key) = &self.eks.secrets_key else { return Ok(()) };
        let what = "encrypt the Secrets of the cluster";
        updated(work, what, async || {
            let call = work.clients().eks.associate_encryption_config();
            let call = call.cluster_name(work.names().cluster());
            Ok(call.encryption_config(encryption(key)).send().await.asked(what)?.update)
        })
        .await
    }

    /// One minor version after the other: EKS takes no larger steps.
    async fn upgrade(&self, work: &Work<'_>, is: Option<EksVersion>) -> Result<(), AwsError> {
        let (Some(is), Some(wanted)) = (is, self.version) else { return Ok(()) };
        for minor in is.minor + 1..=wanted.minor {
            let version = EksVersion { minor }.to_string();
            let what = format!("upgrade the control plane to {version}");
            updated(work, &what, async || {
                let call = work.clients().eks.update_cluster_version();
                let call = call.name(work.names().cluster()).version(&version);
                let call = call.force(self.eks.force_upgrade);
                Ok(call.send().await.asked(&what)?.update)
            })
            .await?;
        }
        Ok(())
    }
}

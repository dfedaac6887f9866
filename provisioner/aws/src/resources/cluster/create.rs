//! How a cluster is made.

use std::collections::BTreeSet;

use aws_sdk_eks::types::{
    AuthenticationMode, CreateAccessConfigRequest, KubernetesNetworkConfigRequest,
};
use provisioner_spec::ControlPlaneTier;

use super::requests::{encryption, logging};
use super::state::ClusterState;
use super::wait::active;
use super::wanted::Cluster;
use crate::AwsError;
use crate::error::Asked as _;
use crate::ownership::own_cluster;
use crate::work::Work;

impl Cluster {
    /// A cluster's name is unique: one of ours that is there already is waited for.
    pub(super) async fn create(&self, work: &Work<'_>) -> Result<ClusterState, AwsError> {
        let (role, vpc) = {
            let account = work.context.account();
            (
                account.role_arn(&self.eks.roles.cluster, &self.role_name)?,
                self.vpc_config(&account)?,
            )
        };
        let access = CreateAccessConfigRequest::builder()
            .authentication_mode(AuthenticationMode::from(self.mode().as_str()))
            .bootstrap_cluster_creator_admin_permissions(self.eks.creator_is_admin)
            .build();
        let network = KubernetesNetworkConfigRequest::builder()
            .set_service_ipv4_cidr(self.service_cidr.clone())
            .build();
        let encryption = self.eks.secrets_key.as_ref().map(|key| vec![encryption(key)]);
        let zonal_shift = self.eks.zonal_shift.then(|| self.zonal_shift());
        let grows = self.eks.control_plane_tier == ControlPlaneTier::Standard;
        let scaling = (!grows).then(|| self.scaling());
        let made = work
            .once_visible(async || {
                let call = work.clients().eks.create_cluster().name(work.names().cluster());
                let call = call
                    .set_version(self.version.map(|version| version.to_string()))
                    .role_arn(&role)
                    .resources_vpc_config(vpc.clone())
                    .access_config(access.clone())
                    .kubernetes_network_config(network.clone())
                    .set_encryption_config(encryption.clone())
                    .logging(logging(&self.logging(), &BTreeSet::new()))
                    // They come as addons, which can be updated.
                    .bootstrap_self_managed_addons(false)
                    .deletion_protection(self.eks.deletion_protection)
                    .set_upgrade_policy(self.upgrade_policy())
                    .set_zonal_shift_config(zonal_shift.clone())
                    .set_control_plane_scaling_config(scaling.clone())
                    .set_tags(Some(self.tags.clone().into_iter().collect()));
                call.send().await.asked("create the cluster")
            })
            .await;
        match made {
            Err(error) if error.is_already_there() => drop(own_cluster(work.context).await?),
            other => drop(other?),
        }
        active(work).await
    }
}

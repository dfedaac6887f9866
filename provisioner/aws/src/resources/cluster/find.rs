//! What a cluster is found by.

use aws_sdk_eks::types::{AccessConfigResponse, ClusterStatus, VpcConfigResponse};
use provisioner_spec::ControlPlaneTier;

use super::state::ClusterState;
use crate::AwsError;
use crate::error::{Asked as _, IfFound as _};
use crate::work::Context;

pub(crate) async fn find(context: &Context) -> Result<Option<ClusterState>, AwsError> {
    let call = context.clients.eks.describe_cluster().name(context.names.cluster());
    let answer = call.send().await.asked("look for the cluster").if_found()?;
    Ok(answer.and_then(|answer| answer.cluster).map(state))
}

fn state(cluster: aws_sdk_eks::types::Cluster) -> ClusterState {
    let vpc = cluster.resources_vpc_config.unwrap_or_else(|| VpcConfigResponse::builder().build());
    let log_setups = cluster.logging.and_then(|logging| logging.cluster_logging);
    let enabled = log_setups.into_iter().flatten().filter(|setup| setup.enabled == Some(true));
    let types = enabled.flat_map(|setup| setup.types.unwrap_or_default());
    let mut keys = cluster.encryption_config.into_iter().flatten();
    let issues = cluster.health.and_then(|health| health.issues).into_iter().flatten();
    let issue = |issue: aws_sdk_eks::types::ClusterIssue| {
        let code = issue.code.map_or("issue".to_owned(), |code| code.as_str().to_owned());
        format!("{code}: {}", issue.message.unwrap_or_default())
    };
    let mode = |config: AccessConfigResponse| config.authentication_mode;
    ClusterState {
        arn: cluster.arn.unwrap_or_default(),
        status: cluster.status.unwrap_or(ClusterStatus::Creating),
        version: cluster.version.and_then(|version| version.parse().ok()),
        role: cluster.role_arn.unwrap_or_default(),
        vpc: vpc.vpc_id,
        subnets: vpc.subnet_ids.unwrap_or_default(),
        security_groups: vpc.security_group_ids.unwrap_or_default(),
        own_security_group: vpc.cluster_security_group_id,
        public: vpc.endpoint_public_access,
        private: vpc.endpoint_private_access,
        public_cidrs: vpc.public_access_cidrs.unwrap_or_default(),
        logging: types.map(|kind| kind.as_str().to_owned()).collect(),
        secrets_key: keys.find_map(|config| config.provider?.key_arn),
        authentication_mode: cluster
            .access_config
            .and_then(mode)
            .map(|mode| mode.as_str().to_owned()),
        deletion_protection: cluster.deletion_protection == Some(true),
        support: cluster
            .upgrade_policy
            .and_then(|policy| policy.support_type)
            .map(|support| support.as_str().to_owned()),
        zonal_shift: cluster.zonal_shift_config.and_then(|config| config.enabled) == Some(true),
        tier: cluster
            .control_plane_scaling_config
            .and_then(|config| config.tier)
            .map_or(ControlPlaneTier::Standard.as_str().to_owned(), |tier| {
                tier.as_str().to_owned()
            }),
        service_cidr: cluster.kubernetes_network_config.and_then(|config| config.service_ipv4_cidr),
        endpoint: cluster.endpoint,
        certificate_authority: cluster.certificate_authority.and_then(|ca| ca.data),
        issuer: cluster.identity.and_then(|identity| identity.oidc?.issuer),
        issues: issues.map(issue).collect(),
        tags: cluster.tags.into_iter().flatten().collect(),
    }
}

//! What must hold between the values of a cluster on EKS.

mod access;
mod addons;
mod fargate_profiles;
mod network;
mod node_groups;
mod subject;

use crate::{EksCluster, decode::Report};
use subject::Subject;

const CHECKS: [fn(&Subject<'_>); 25] = [
    network::imported_or_made,
    network::imported_subnets,
    network::control_plane_subnets,
    network::size_of_the_vpc,
    network::zones,
    network::service_range,
    network::endpoint,
    access::oidc_provider,
    access::pod_identity_agent,
    access::entries_once,
    addons::fit,
    addons::once,
    addons::roles,
    addons::service_accounts,
    node_groups::names,
    node_groups::sizes,
    node_groups::instance_types,
    node_groups::capacity_blocks,
    node_groups::placement,
    node_groups::volumes,
    node_groups::releases,
    node_groups::labels,
    fargate_profiles::names,
    fargate_profiles::selectors,
    fargate_profiles::placement,
];

/// Reports whatever does not go together.
pub(super) fn check(cluster: &EksCluster, report: &Report) {
    let subject = Subject::new(cluster, report);
    for check in CHECKS {
        check(&subject);
    }
}

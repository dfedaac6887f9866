use super::addon::POD_IDENTITY_AGENT;
use crate::{
    AddonIdentity,
    decode::Report,
    model::{EksCluster, IamRole, PodIdentity},
};
use std::collections::BTreeMap;

/// Gives the service accounts of addons that call AWS a role each, where the spec names none: a pod
/// identity with a policy of its own, and the agent that brings it to the nodes.
pub(in crate::decode) fn give_identities(cluster: &mut EksCluster, report: &Report) {
    let enabled = report.addons().iter().filter(|(name, _)| cluster.enables(name));
    let needed = enabled.filter_map(|(_, schema)| schema.identity.as_ref());
    let made: Vec<_> = needed
        .filter(|one| !cluster.eks.names_role_of(&one.namespace, &one.service_account))
        .map(|one| pod_identity(one, cluster))
        .collect();
    // Addons that the spec lists are all that there are: a check misses the agent among them.
    if !made.is_empty() && !report.is_given("spec.eks.addons") {
        cluster.eks.addons.entry(POD_IDENTITY_AGENT.to_owned()).or_default();
    }
    cluster.eks.pod_identities.extend(made);
}

fn pod_identity(of: &AddonIdentity, cluster: &EksCluster) -> PodIdentity {
    PodIdentity {
        namespace: of.namespace.clone(),
        service_account: of.service_account.clone(),
        role: IamRole::Create,
        policies: Vec::new(),
        policy: of.policy_for(&cluster.name, &cluster.eks.region),
        role_name: None,
        permissions_boundary: None,
        target_role: None,
        session_tags: true,
        session_policy: serde_json::Map::new(),
        tags: BTreeMap::new(),
    }
}

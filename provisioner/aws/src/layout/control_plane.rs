//! The control plane, who may reach it, and what is installed into it.

use provisioner_spec::NetworkSource;

use super::network::Network;
use super::roles::{CLUSTER_ROLE, addon_purpose, pod_purpose};
use crate::resources::access_entry::AccessEntry;
use crate::resources::addon::Addon;
use crate::resources::cluster::Cluster;
use crate::resources::identity_provider::IdentityProvider;
use crate::resources::pod_identity::{self, PodIdentity};
use crate::resources::security_group::{Kind, SecurityGroup};
use crate::targets;
use crate::work::Context;

pub(super) fn cluster(context: &Context, network: &Network<'_>) -> Cluster {
    let spec = &context.cluster;
    Cluster {
        eks: spec.eks.clone(),
        version: spec.kubernetes.version,
        service_cidr: spec.network.service_cidr.map(|range| range.to_string()),
        role_name: context.names.role(CLUSTER_ROLE),
        all_subnets: network.control_plane_subnets(),
        zones: network.zones_of_subnets(),
        tags: context.names.tags("cluster"),
    }
}

/// Whoever is in the VPC or a range of the spec reaches the API.
pub(super) fn security_group(context: &Context) -> SecurityGroup {
    let ranges = context.cluster.eks.endpoint.private_cidrs.iter();
    let ranges = ranges.map(|range| NetworkSource::Range(*range));
    SecurityGroup {
        kind: Kind::ControlPlane,
        name: context.names.security_group(),
        sources: ranges.chain([NetworkSource::Vpc]).collect(),
        tags: context.names.tags("control-plane"),
    }
}

pub(super) fn access_entries(context: &Context) -> Vec<AccessEntry> {
    let entry = |spec: &provisioner_spec::AccessEntry| AccessEntry {
        spec: spec.clone(),
        tags: context.names.tags("access-entry"),
    };
    context.cluster.eks.access_entries.iter().map(entry).collect()
}

pub(super) fn pod_identities(context: &Context) -> Vec<PodIdentity> {
    let identity = |spec: &provisioner_spec::PodIdentity| {
        let role_purpose = pod_purpose(&spec.namespace, &spec.service_account);
        PodIdentity {
            role_name: spec.role_name.clone().unwrap_or(context.names.role(&role_purpose)),
            role_purpose,
            tags: context.names.tags_with("pod-identity", &spec.tags),
            spec: spec.clone(),
        }
    };
    context.cluster.eks.pod_identities.iter().map(identity).collect()
}

/// It comes last: while the control plane learns of it, EKS changes nothing else.
pub(super) fn identity_provider(context: &Context) -> Option<IdentityProvider> {
    let eks = &context.cluster.eks;
    let spec = eks.identity_provider.clone()?;
    let mut after = vec![targets::CLUSTER.to_owned()];
    after.extend(eks.access_entries.iter().map(|one| targets::access_entry(&one.principal)));
    after.extend(eks.pod_identities.iter().map(|one| {
        targets::pod_identity(&pod_identity::name(&one.namespace, &one.service_account))
    }));
    after.extend(eks.addons.keys().map(|name| targets::addon(name)));
    after.extend(eks.node_groups.iter().map(|one| targets::node_group(&one.name)));
    after.extend(eks.fargate_profiles.iter().map(|one| targets::fargate_profile(&one.name)));
    let tags = context.names.tags_with("identity-provider", &spec.tags);
    Some(IdentityProvider { spec, after, names: context.names.clone(), tags })
}

pub(super) fn addons(context: &Context) -> Vec<Addon> {
    let addon = |(name, spec): (&String, &provisioner_spec::EksAddon)| {
        let purpose = addon_purpose(name);
        let role = (purpose.clone(), context.names.role(&purpose));
        Addon {
            name: name.clone(),
            spec: spec.clone(),
            role: spec.has_role().then_some(role),
            node_groups: group_names(context),
            fargate_profiles: profile_names(context),
            tags: context.names.tags_with(&format!("addon-{name}"), &spec.tags),
        }
    };
    context.cluster.eks.addons.iter().map(addon).collect()
}

fn group_names(context: &Context) -> Vec<String> {
    context.cluster.eks.node_groups.iter().map(|group| group.name.clone()).collect()
}

fn profile_names(context: &Context) -> Vec<String> {
    context.cluster.eks.fargate_profiles.iter().map(|profile| profile.name.clone()).collect()
}

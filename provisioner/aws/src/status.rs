//! How a cluster on EKS is.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::AwsError;
use crate::ownership::own_cluster;
use crate::resources::addon::{self, AddonState};
use crate::resources::cluster::ClusterState;
use crate::resources::fargate_profile::{self, ProfileState};
use crate::resources::node_group::{self, GROUP_TAG, GroupState};
use crate::run::AwsSite;
use crate::targets;
use crate::work::Context;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EksStatus {
    pub cluster: String,
    pub region: String,
    /// AWS's word, such as ACTIVE; none: there is no cluster.
    pub state: Option<String>,
    pub version: Option<String>,
    pub endpoint: Option<String>,
    /// Nothing that should be there is missing.
    pub healthy: bool,
    pub node_groups: Vec<NodeGroupStatus>,
    pub fargate_profiles: Vec<FargateProfileStatus>,
    pub addons: Vec<AddonStatus>,
    /// What is wrong, for people.
    pub problems: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeGroupStatus {
    pub name: String,
    pub state: String,
    pub version: Option<String>,
    /// That of its AMI.
    pub release: Option<String>,
    /// One that AWS has published since, for the same version of Kubernetes.
    pub newer_release: Option<String>,
    pub instance_types: Vec<String>,
    pub min: u32,
    pub max: u32,
    pub desired: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FargateProfileStatus {
    pub name: String,
    pub state: String,
    /// Which pods: `namespace`, or `namespace(key=value)`.
    pub selectors: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddonStatus {
    pub name: String,
    pub state: String,
    pub version: String,
}

/// Asks AWS for all of it at once.
///
/// # Errors
/// AWS cannot be asked; it is another account; the cluster is somebody else's.
pub async fn status(site: AwsSite) -> Result<EksStatus, AwsError> {
    let context = Context::new(site.cluster, site.clients, site.pace);
    let (cluster, groups, profiles, addons) = futures::try_join!(
        own_cluster(&context),
        node_group::find(&context),
        fargate_profile::find(&context),
        addon::find(&context),
    )?;
    let newer_releases = node_group::newer_releases(&context, &groups).await?;
    let mut problems = problems(&context, cluster.as_ref(), &groups, &addons);
    problems.extend(problems_of_profiles(&context, &profiles));
    let group = |group: &GroupState| NodeGroupStatus {
        name: group.name.clone(),
        state: group.status.to_string(),
        version: group.version.map(|version| version.to_string()),
        release: group.release.clone(),
        newer_release: newer_releases.get(&group.name).cloned(),
        instance_types: group.instance_types.clone(),
        min: group.min,
        max: group.max,
        desired: group.desired,
    };
    let profile = |profile: &ProfileState| FargateProfileStatus {
        name: profile.name.clone(),
        state: profile.status.to_string(),
        selectors: profile.selectors.clone(),
    };
    let addon = |addon: &AddonState| AddonStatus {
        name: addon.name.clone(),
        state: addon.status.to_string(),
        version: addon.version.clone(),
    };
    Ok(EksStatus {
        cluster: context.names.cluster().to_owned(),
        region: context.cluster.eks.region.clone(),
        state: cluster.as_ref().map(|cluster| cluster.status.to_string()),
        version: cluster.as_ref().and_then(|one| one.version).map(|version| version.to_string()),
        endpoint: cluster.and_then(|cluster| cluster.endpoint),
        healthy: problems.is_empty(),
        node_groups: groups.values().map(group).collect(),
        fargate_profiles: profiles.values().map(profile).collect(),
        addons: addons.values().map(addon).collect(),
        problems,
    })
}

/// What is not as it should be.
fn problems(
    context: &Context,
    cluster: Option<&ClusterState>,
    groups: &BTreeMap<String, GroupState>,
    addons: &BTreeMap<String, AddonState>,
) -> Vec<String> {
    let mut problems = Vec::new();
    match cluster {
        None => problems.push("there is no cluster".to_owned()),
        Some(cluster) if cluster.status.as_str() != "ACTIVE" => {
            problems.push(format!("the control plane is {}", cluster.status));
        }
        Some(_) => {}
    }
    let issues = cluster.iter().flat_map(|cluster| &cluster.issues);
    problems.extend(issues.map(|issue| format!("control plane: {issue}")));
    let mut tell = |what: String, state: &str, issues: &[String]| {
        if state != "ACTIVE" || !issues.is_empty() {
            problems.push(format!("{what}: {state} {}", issues.join("; ")).trim_end().to_owned());
        }
    };
    for group in groups.values() {
        tell(targets::node_group(&group.name), group.status.as_str(), &group.issues);
    }
    for addon in addons.values() {
        tell(targets::addon(&addon.name), addon.status.as_str(), &addon.issues);
    }
    let is_there = |name: &String| {
        let of = |group: &GroupState| group.tags.get(GROUP_TAG).unwrap_or(&group.name).clone();
        groups.values().any(|group| of(group) == *name)
    };
    let wanted = context.cluster.eks.node_groups.iter().map(|group| &group.name);
    let missing = wanted.filter(|name| !is_there(name));
    problems.extend(missing.map(|name| format!("node group {name}: it is not there")));
    problems
}

fn problems_of_profiles(
    context: &Context,
    profiles: &BTreeMap<String, ProfileState>,
) -> Vec<String> {
    let is_well = |one: &&ProfileState| one.status.as_str() == "ACTIVE" && one.issues.is_empty();
    let ill = profiles.values().filter(|one| !is_well(one)).map(|one| {
        let (what, state) = (targets::fargate_profile(&one.name), &one.status);
        format!("{what}: {state} {}", one.issues.join("; ")).trim_end().to_owned()
    });
    let wanted = context.cluster.eks.fargate_profiles.iter();
    let missing = wanted.filter(|one| !profiles.contains_key(&one.name));
    let missing = missing.map(|one| format!("Fargate profile {}: it is not there", one.name));
    ill.chain(missing).collect()
}

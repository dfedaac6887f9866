use super::{
    access::{access, identity_mappings},
    addon::addons,
    fargate_profile::fargate_profiles,
    iam::{Iam, iam},
    node_group::{Kind, NodeGroups, node_groups},
    rest::{not_converted, unavailable, warn},
    vpc::{Network, vpc},
};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{eks_name, key_arn, log_types, region, tags, zone},
        fields::Fields,
        network::cidr,
    },
    model::{Charts, Eks, EksCluster, EksKubernetes, EksNetwork, EksVersion, LogType, Roles},
    syntax,
};
use ipnet::IpNet;
use std::collections::BTreeMap;

/// The `apiVersion` of eksctl's files.
pub(in crate::decode) const API_VERSION: &str = "eksctl.io/v1alpha5";

/// Parts that make it another kind of cluster than the ones made here.
const OTHER_CLUSTERS: [&str; 2] = ["outpost", "remoteNetworkConfig"];
/// Parts without a counterpart.
const REST: [&str; 10] = [
    "capabilities",
    "controlPlaneScalingConfig",
    "gitops",
    "identityProviders",
    "karpenter",
    "kubeAPIServerConfig",
    "kubeControllerManagerConfig",
    "kubeSchedulerConfig",
    "localZones",
    "zonalShiftConfig",
];

#[derive(Default)]
struct Metadata {
    name: String,
    region: String,
    version: Option<EksVersion>,
    tags: BTreeMap<String, String>,
}

/// Reads the whole file.
pub(in crate::decode) fn cluster_config(fields: &Fields<'_, '_>) -> Option<EksCluster> {
    let metadata = fields.required("metadata", |at| Some(metadata(at)));
    let Network { vpc, endpoint, subnets } = fields.section("vpc", vpc);
    let iam = fields.section("iam", iam);
    let access = fields.section("accessConfig", access);
    let access_entries = identity_mappings(fields, access.entries);
    let groups = fields.section("nodeGroups", |at| node_groups(at, Kind::SelfManaged, &subnets));
    let managed =
        fields.section("managedNodeGroups", |at| node_groups(at, Kind::Managed, &subnets));
    let service_cidr = fields.section("kubernetesNetworkConfig", service_cidr);
    let addons = addons(fields, !iam.pod_identities.is_empty());
    let eks = Eks {
        region: String::new(),
        account: None,
        zones: fields.optional("availabilityZones", |at| Some(at.list(zone))).unwrap_or_default(),
        tags: BTreeMap::new(),
        vpc,
        roles: roles(&iam, &groups, &managed),
        endpoint,
        logging: fields.section("cloudWatch", logging),
        secrets_key: fields
            .section("secretsEncryption", |at| at.map(|fields| fields.optional("keyARN", key_arn))),
        authentication_mode: access.mode,
        creator_is_admin: access.creator_is_admin,
        deletion_protection: false,
        oidc_provider: iam.oidc_provider,
        service_accounts: iam.service_accounts,
        pod_identities: Vec::new(),
        access_entries,
        addons,
        node_groups: [groups.list, managed.list].concat(),
        fargate_profiles: fargate_profiles(fields, &iam.fargate_role),
    };
    fields.section("privateCluster", private_cluster);
    fields.section("upgradePolicy", |at| {
        at.map(|fields| not_converted(fields, &["supportType"], "AWS's own default holds"));
    });
    auto_mode(fields);
    unavailable(fields, &OTHER_CLUSTERS);
    not_converted(fields, &REST, "left out");
    let Metadata { name, region, version, tags } = metadata?;
    let mut cluster = EksCluster {
        name,
        kubernetes: EksKubernetes { version },
        network: EksNetwork { service_cidr },
        eks: Eks { region, tags, ..eks },
        charts: Charts::default(),
        addons: BTreeMap::new(),
    };
    let identities = iam.pod_identities.into_iter().map(|one| one.within(&cluster)).collect();
    cluster.eks.pod_identities = identities;
    Some(cluster)
}

/// All groups have one role: their own one only if it is the same for all of them.
fn roles(iam: &Iam, groups: &NodeGroups, managed: &NodeGroups) -> Roles {
    let mut policies = [groups.policies.clone(), managed.policies.clone()].concat();
    policies.sort();
    policies.dedup();
    Roles {
        cluster: iam.cluster_role.clone(),
        node: groups.role.clone().or(managed.role.clone()).unwrap_or(crate::model::IamRole::Create),
        node_policies: policies,
        permissions_boundary: iam.permissions_boundary.clone(),
    }
}

fn metadata(at: &Cursor<'_>) -> Metadata {
    at.map(|fields| {
        let metadata = Metadata {
            name: fields.required("name", eks_name).unwrap_or_default(),
            region: fields.required("region", region).unwrap_or_default(),
            version: fields.optional("version", version),
            tags: fields.section("tags", tags),
        };
        let rest = ["annotations", "forceUpdateVersion", "rollbackConfig"];
        not_converted(fields, &rest, "left out");
        metadata
    })
}

/// A version; eksctl knows words as well.
fn version(at: &Cursor<'_>) -> Option<EksVersion> {
    let text = at.text()?;
    if ["auto", "default", "latest"].contains(&text.as_str()) {
        warn(at, &text, "what AWS takes by default: write the version itself");
        return None;
    }
    at.valid("invalid-version", "version", syntax::eks_version)
}

/// Without it, a cluster is as those that are made here.
fn auto_mode(fields: &Fields<'_, '_>) {
    let enabled = fields.section("autoModeConfig", |at| {
        at.map(|fields| {
            let enabled = fields.optional("enabled", Cursor::boolean) == Some(true);
            for key in ["nodePools", "nodeRoleARN", "permissionsBoundaryARN"] {
                fields.get_unavailable(key);
            }
            enabled
        })
    });
    if enabled {
        unavailable(fields, &["autoModeConfig"]);
    }
}

fn logging(at: &Cursor<'_>) -> Vec<LogType> {
    at.map(|fields| {
        fields.section("clusterLogging", |at| {
            at.map(|fields| {
                not_converted(fields, &["logRetentionInDays"], "logs are kept until deleted");
                fields.optional("enableTypes", |at| {
                    let all = at.any_item(|text| text == "*" || text == "all");
                    Some(if all { LogType::ALL.to_vec() } else { log_types(at) })
                })
            })
        })
    })
    .unwrap_or_default()
}

fn service_cidr(at: &Cursor<'_>) -> Option<IpNet> {
    at.map(|fields| {
        not_converted(fields, &["serviceIPv6CIDR"], "clusters made here are of IPv4");
        fields.optional("ipFamily", |at| {
            let text = at.text()?;
            if !text.eq_ignore_ascii_case("ipv4") {
                at.warn(crate::diagnostic::Fault::not_available(
                    format!("`ipFamily: {}`", crate::diagnostic::shown(&text)),
                    "clusters made here are of IPv4",
                ));
            }
            Some(())
        });
        fields.optional("serviceIPv4CIDR", cidr)
    })
}

fn private_cluster(at: &Cursor<'_>) {
    at.map(|fields| {
        let enabled = fields.optional("enabled", Cursor::boolean).unwrap_or(false);
        if enabled {
            at.warn(crate::diagnostic::Fault::not_available(
                "`privateCluster`",
                "not available yet",
            ));
        }
        let rest = ["additionalEndpointServices", "skipEndpointCreation"];
        not_converted(fields, &rest, "left out");
    });
}

use super::{
    access::{access, identity_mappings},
    addons::addons,
    fargate_profile::fargate_profiles,
    iam::iam,
    identity_provider::identity_providers,
    node_group::{Kind, Surroundings, node_groups},
    node_role::{GroupIam, node_role},
    permissions::Names,
    rest::{Rest, not_converted, unavailable, warn},
    vpc::vpc,
};
use crate::{
    decode::{
        cursor::Cursor,
        eks::{control_plane_tier, eks_name, key_arn, log_types, region, support, tags, zone},
        fields::Fields,
        network::cidr,
    },
    diagnostic::{Fault, shown},
    model::{
        Charts, Eks, EksCluster, EksKubernetes, EksNetwork, EksVersion, LogType, NodeGroup, Roles,
    },
    syntax,
};
use ipnet::IpNet;
use std::collections::BTreeMap;

/// The `apiVersion` of eksctl's files.
pub(in crate::decode) const API_VERSION: &str = "eksctl.io/v1alpha5";

/// Parts that make it another kind of cluster than the ones made here.
const OTHER_CLUSTERS: [&str; 2] = ["outpost", "remoteNetworkConfig"];
const OF_AWS: &str = "the control plane has AWS's own settings";
const INSTALLED: &str = "it is installed once the cluster stands";
/// Parts without a counterpart.
const REST: [Rest; 7] = [
    ("capabilities", "no capabilities of EKS: `spec.addons` installs such programs"),
    ("gitops", INSTALLED),
    ("karpenter", INSTALLED),
    ("kubeAPIServerConfig", OF_AWS),
    ("kubeControllerManagerConfig", OF_AWS),
    ("kubeSchedulerConfig", OF_AWS),
    ("localZones", "nodes run in the zones of the cluster"),
];
const NO_ENDPOINTS: &str = "no VPC endpoints are made";
const REST_OF_PRIVATE_CLUSTER: [Rest; 2] =
    [("additionalEndpointServices", NO_ENDPOINTS), ("skipEndpointCreation", NO_ENDPOINTS)];
const OF_IPV4: &str = "clusters made here are of IPv4";
const REST_OF_METADATA: [Rest; 2] =
    [("annotations", "eksctl's own notes"), ("rollbackConfig", "an upgrade is not taken back")];

#[derive(Clone, Default)]
struct Metadata {
    name: String,
    region: String,
    version: Option<EksVersion>,
    force_upgrade: bool,
    tags: BTreeMap<String, String>,
}

/// Reads the whole file.
pub(in crate::decode) fn cluster_config(fields: &Fields<'_, '_>) -> Option<EksCluster> {
    let metadata = fields.required("metadata", |at| Some(metadata(at)));
    let Metadata { name, region, version, force_upgrade, tags } =
        metadata.clone().unwrap_or_default();
    let names = Names { cluster: &name, region: &region };
    let network = fields.section("vpc", vpc);
    let mut iam = fields.section("iam", |at| iam(at, names));
    let access = fields.section("accessConfig", access);
    let access_entries = identity_mappings(fields, access.entries);
    let boundary = iam.permissions_boundary.as_ref();
    let surroundings = Surroundings { names, network: &network, boundary };
    let (node_groups, group_iams) = all_node_groups(fields, surroundings);
    let (node, allowed) = node_role(&group_iams);
    let addons = addons(fields, &mut iam, names);
    let eks = Eks {
        account: None,
        zones: fields.optional("availabilityZones", |at| Some(at.list(zone))).unwrap_or_default(),
        vpc: network.vpc,
        roles: Roles {
            cluster: iam.cluster_role,
            node,
            node_policies: allowed.policies,
            node_policy: allowed.policy,
            permissions_boundary: iam.permissions_boundary,
        },
        endpoint: network.endpoint,
        logging: fields.section("cloudWatch", logging),
        secrets_key: fields
            .section("secretsEncryption", |at| at.map(|fields| fields.optional("keyARN", key_arn))),
        authentication_mode: access.mode,
        creator_is_admin: access.creator_is_admin,
        deletion_protection: false,
        support: fields.section("upgradePolicy", |at| {
            at.map(|fields| fields.optional("supportType", support))
        }),
        force_upgrade,
        zonal_shift: fields.section("zonalShiftConfig", |at| {
            at.map(|fields| fields.optional("enabled", Cursor::boolean) == Some(true))
        }),
        control_plane_tier: fields.section("controlPlaneScalingConfig", |at| {
            at.map(|fields| fields.optional("tier", control_plane_tier).unwrap_or_default())
        }),
        oidc_provider: iam.oidc_provider,
        service_accounts: iam.service_accounts,
        pod_identities: iam.pod_identities,
        access_entries,
        identity_provider: fields.optional("identityProviders", identity_providers),
        addons,
        node_groups,
        fargate_profiles: fargate_profiles(fields, &iam.fargate_role),
        region: region.clone(),
        tags,
    };
    let service_cidr = fields.section("kubernetesNetworkConfig", service_cidr);
    other_parts(fields);
    metadata?;
    Some(EksCluster {
        kubernetes: EksKubernetes { version },
        network: EksNetwork { service_cidr },
        eks,
        charts: Charts::default(),
        addons: BTreeMap::new(),
        name,
    })
}

/// Of both lists.
fn all_node_groups<'a>(
    fields: &Fields<'_, 'a>,
    of: Surroundings<'_>,
) -> (Vec<NodeGroup>, Vec<GroupIam<'a>>) {
    let lists = [("nodeGroups", Kind::SelfManaged), ("managedNodeGroups", Kind::Managed)];
    let lists = lists.map(|(key, kind)| {
        fields.optional(key, |at| Some(node_groups(at, kind, of))).unwrap_or_default()
    });
    lists.into_iter().flatten().unzip()
}

/// What makes it another kind of cluster, and what is not converted.
fn other_parts(fields: &Fields<'_, '_>) {
    fields.section("privateCluster", private_cluster);
    auto_mode(fields);
    unavailable(fields, &OTHER_CLUSTERS);
    not_converted(fields, &REST);
}

fn metadata(at: &Cursor<'_>) -> Metadata {
    at.map(|fields| {
        let metadata = Metadata {
            name: fields.required("name", eks_name).unwrap_or_default(),
            region: fields.required("region", region).unwrap_or_default(),
            version: fields.optional("version", version),
            force_upgrade: fields.optional("forceUpdateVersion", Cursor::boolean) == Some(true),
            tags: fields.section("tags", tags),
        };
        not_converted(fields, &REST_OF_METADATA);
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
                not_converted(fields, &[("logRetentionInDays", "logs are kept until deleted")]);
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
        not_converted(fields, &[("serviceIPv6CIDR", OF_IPV4)]);
        fields.optional("ipFamily", |at| {
            let text = at.text()?;
            if !text.eq_ignore_ascii_case("ipv4") {
                let what = format!("`ipFamily: {}`", shown(&text));
                at.warn(Fault::not_available(what, OF_IPV4));
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
            at.warn(Fault::not_available("`privateCluster`", "not available yet"));
        }
        not_converted(fields, &REST_OF_PRIVATE_CLUSTER);
    });
}
